import { connect, createServer, type Server, type Socket } from 'node:net';
import type { PortRange } from '@duoport/net';

/** Nothing on loopback takes so long: a test that waits longer fails and says for what. Milliseconds. */
const patience = 30_000;

/** Connected, and half open on our side: what the server sends after our FIN still comes. */
export async function dial(to: {
  readonly host: string;
  readonly port: number;
  readonly from?: string | undefined;
}): Promise<Socket> {
  const local = to.from === undefined ? {} : { localAddress: to.from };
  const socket = connect({ host: to.host, port: to.port, allowHalfOpen: true, noDelay: true, ...local });
  await within(`a connection to ${to.host}:${to.port}`, once(socket, 'connect'));
  return socket;
}

/** Everything until the peer's FIN. Rejects when it is a reset. */
export async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  socket.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  socket.resume();
  if (!socket.readableEnded) await within('the end of the data connection', once(socket, 'end'));
  socket.end();
  return Buffer.concat(chunks);
}

/** Resolves when the connection is gone, in whatever way. */
export async function gone(socket: Socket): Promise<void> {
  if (socket.closed) return;
  socket.on('error', () => {});
  if (socket.readableEnded) socket.destroy();
  socket.on('end', () => socket.destroy());
  socket.resume();
  await within(
    'the end of a connection',
    new Promise<void>((resolve) => socket.once('close', () => resolve())),
  );
}

/** The event, or the error that came instead of it. */
export function once(emitter: Socket | Server, event: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void) => () => {
      emitter.off(event, done).off('error', failed).off('close', closed);
      end();
    };
    const done = settle(resolve);
    const failed = (error: Error) => settle(() => reject(error))();
    const closed = settle(() => reject(new Error(`closed instead of ${event}`)));
    emitter.on(event, done).on('error', failed);
    if (event !== 'close') emitter.on('close', closed);
  });
}

/** A deadline for what should come at once, so that a test that hangs says where. */
export async function within<T>(what: string, promise: Promise<T>, limit = patience): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${limit} ms for ${what}`)), limit);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Ports that nobody listens on just now, outside the range that the system gives out. */
export async function freePorts(size: number): Promise<PortRange> {
  for (;;) {
    const low = 20_000 + Math.floor(Math.random() * 10_000);
    const free = await Promise.all(Array.from({ length: size }, (_, at) => isFree(low + at)));
    if (free.every(Boolean)) return { low, high: low + size - 1 };
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
