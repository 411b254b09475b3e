import { randomBytes, randomInt } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { drained, OnePortClient } from './one-port-client.ts';

/** What became of the transfers of one honest client. */
export interface Fate {
  fetched: number;
  stored: number;
  /** 425 and 522, and control connections that were closed ungreeted. */
  refused: number;
  /** Replies that are none of 226, 425 and 522, and contents that are not the client's own. */
  readonly wrong: string[];
}

export interface VictimOptions {
  readonly name: string;
  readonly from: string;
  readonly port: number;
  readonly folder: string;
  readonly tls: boolean;
  /** Milliseconds of `performance.now()`. */
  readonly until: number;
}

/** Everything secret begins with it. */
export const secretWord = 'SECRET';

/** Fetches and stores its own files again and again until the time is up, in the order and with the delays that clients have. */
export async function live(options: VictimOptions): Promise<Fate> {
  const { name, from, port, folder, tls, until } = options;
  const fate: Fate = { fetched: 0, stored: 0, refused: 0, wrong: [] };
  const secret = Buffer.from(`${secretWord} of ${name} ${randomBytes(20_000).toString('hex')}`);
  await writeFile(join(folder, name), secret);
  let client: OnePortClient | undefined;
  while (performance.now() < until) {
    if (client === undefined || client.closed) client = await OnePortClient.login(from, port, { tls });
    if (client === undefined) {
      fate.refused += 1;
      await pause(100);
    } else if (randomInt(2) === 0) await fetchOnce(client, { name, secret, tls }, fate);
    else await storeOnce(client, { name: `up-${name}`, secret, tls }, { folder, fate });
    await pause(randomInt(50));
  }
  client?.close();
  return fate;
}

interface File {
  readonly name: string;
  readonly secret: Buffer;
  readonly tls: boolean;
}

/** The socket after the 150, or undefined when it was refused before. */
async function open(client: OnePortClient, line: string, fate: Fate): Promise<Socket | undefined> {
  if ((await client.ask('EPSV')) !== 229) {
    fate.refused += 1;
    return undefined;
  }
  let socket: Socket;
  if (randomInt(2) === 0) {
    // As curl, wget and ftplib: the command when the data connection stands.
    await pause(randomInt(60));
    socket = await client.dialData();
    await pause(randomInt(30));
    client.send(line);
  } else {
    // As lftp: both at once.
    client.send(line);
    socket = await client.dialData();
  }
  const code = await client.reply();
  if (code === 150) return socket;
  socket.destroy();
  settle(code, fate);
  return undefined;
}

async function fetchOnce(client: OnePortClient, { name, secret, tls }: File, fate: Fate): Promise<void> {
  const socket = await open(client, `RETR ${name}`, fate);
  if (socket === undefined) return;
  const got = await drained(tls ? client.secureData(socket) : socket);
  const code = await client.reply();
  if (!secret.subarray(0, got.length).equals(got))
    fate.wrong.push(`${name} got ${got.toString('latin1').slice(0, 60)}`);
  else if (code === 226 && got.length !== secret.length) fate.wrong.push(`${name} got ${got.length} bytes`);
  else if (settle(code, fate)) fate.fetched += 1;
}

async function storeOnce(
  client: OnePortClient,
  { name, secret, tls }: File,
  { folder, fate }: { readonly folder: string; readonly fate: Fate },
): Promise<void> {
  const socket = await open(client, `STOR ${name}`, fate);
  if (socket === undefined) return;
  const stream = tls ? client.secureData(socket) : socket;
  stream.on('error', () => {}).resume();
  stream.end(secret);
  const code = await client.reply();
  socket.destroy();
  if (!settle(code, fate)) return;
  fate.stored += 1;
  if (!(await readFile(join(folder, name))).equals(secret)) fate.wrong.push(`${name} is not what was stored`);
}

/** Whether it worked. */
function settle(code: number, fate: Fate): boolean {
  if (code === 226) return true;
  if (code === 425 || code === 522 || code === 0) fate.refused += 1;
  else fate.wrong.push(`reply ${code}`);
  return false;
}
