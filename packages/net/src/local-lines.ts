import { once } from 'node:events';
import { chmod, unlink } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { FtpConnectionError, FtpLocalError } from '@duoport/protocol';
import { Crowd } from './crowd.ts';
import { errorCode, explainSocketError } from './socket-error.ts';

/** Characters of one question, and of an answer: 10,000 sessions are told in one. */
const longest = { question: 1024 * 1024, answer: 64 * 1024 * 1024 };
/** Milliseconds that a whole question may take. */
const patience = 10_000;
/** What the name of a socket may be at most on every Unix. */
const longestPath = 103;

export interface LocalLines extends AsyncDisposable {
  readonly path: string;
}

/**
 * Answers questions of this machine, a line for a line: a Unix socket that only its owner may open. The folder must be the owner's alone
 * too. Rejects with FTP_CONNECTION (phase `listen`).
 */
export async function listenLines(
  path: string,
  answer: (line: string) => Promise<string>,
): Promise<LocalLines> {
  if (Buffer.byteLength(path) > longestPath)
    throw new FtpLocalError(`The name of a socket may have ${longestPath} bytes: ${path} is longer`);
  const open = new Crowd<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket)).on('error', () => undefined);
    void readLine(socket, { most: longest.question })
      .then((line) => (line === undefined ? '' : answer(line)))
      .then((said) => socket.end(`${said}\n`));
  });
  server.maxConnections = 16;
  try {
    server.listen({ path });
    await once(server, 'listening');
    await chmod(path, 0o600);
  } catch (cause) {
    server.close();
    const text = `Could not listen on ${path}: ${explainSocketError(cause)}`;
    throw new FtpConnectionError(text, { channel: 'control', phase: 'listen', cause });
  }
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      // Node takes the name away itself.
      server.close();
      await open.empty(1000, (socket) => socket.destroy());
    },
  };
}

/** Asks one question, and waits for so many milliseconds. Undefined: nobody answers there any more, and the name has been taken away. */
export async function askLine(path: string, question: string, wait = patience): Promise<string | undefined> {
  const socket = connect({ path });
  try {
    await once(socket, 'connect');
    socket.write(`${question}\n`);
    return await readLine(socket, { most: longest.answer, wait });
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    if (errorCode(error) !== 'ECONNREFUSED') throw error;
    await unlink(path).catch(() => undefined);
    return undefined;
  } finally {
    socket.destroy();
  }
}

function readLine(
  socket: Socket,
  { most, wait = patience }: { readonly most: number; readonly wait?: number | undefined },
): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = '';
    const timer = setTimeout(() => settle(undefined), wait);
    const settle = (line: string | undefined) => {
      clearTimeout(timer);
      resolve(line);
    };
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) settle(text.slice(0, end));
      else if (text.length > most) settle(undefined);
    });
    socket.on('end', () => settle(undefined)).on('close', () => settle(undefined));
  });
}
