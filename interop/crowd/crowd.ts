// Thousands of connections that stop somewhere before they have shown who they are: SETTINGS (JSON). Tells when all are made.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { connect as connectTls } from 'node:tls';
import { tell } from '../relay/tell.ts';

export interface CrowdSettings {
  readonly port: number;
  /** They come as agents do, and not as FTP clients. */
  readonly isAgent: boolean;
  readonly count: number;
  /** Source addresses, in turn. */
  readonly addresses: readonly string[];
  /** Where they stop, in turn. */
  readonly stops: readonly Stop[];
}

export type Stop =
  /** After the TCP handshake. */
  | 'silent'
  | 'half a PASS'
  | 'AUTH TLS'
  /** In the middle of a ClientHello, after AUTH TLS or at once. */
  | 'half a hello after AUTH'
  | 'half a hello'
  /** After the TLS handshake. */
  | 'TLS'
  /** After the settings of HTTP/2: the question who it is stays without an answer. */
  | 'HTTP/2';

const { port, isAgent, count, addresses, stops } = JSON.parse(process.argv[2] ?? '') as CrowdSettings;
/** The first bytes of a record with a handshake of 512 bytes that never come. */
const halfHello = Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, ...Buffer.alloc(40)]);
const counts = { failed: 0, refused: 0 };

/** As an FTP client, from the greeting on. */
async function talk(socket: Socket, stop: Stop): Promise<void> {
  const heard = () => Promise.race([once(socket, 'data'), once(socket, 'close')]);
  const [greeting] = (await heard()) as readonly unknown[];
  if (String(greeting).startsWith('421')) counts.refused += 1;
  switch (stop) {
    case 'half a PASS':
      socket.write('USER u\r\n');
      await heard();
      socket.write('PAS');
      break;
    case 'AUTH TLS':
    case 'half a hello after AUTH':
      socket.write('AUTH TLS\r\n');
      await heard();
      if (stop !== 'AUTH TLS') socket.write(halfHello);
  }
  socket.resume();
}

/** As an agent, whom nobody greets. */
async function join(socket: Socket, stop: Stop): Promise<void> {
  if (stop === 'half a hello') socket.write(halfHello);
  if (stop !== 'TLS' && stop !== 'HTTP/2') return void socket.resume();
  const tls = connectTls({ socket, rejectUnauthorized: false, ALPNProtocols: ['h2'] });
  tls.on('error', () => undefined).resume();
  await Promise.race([once(tls, 'secureConnect'), once(tls, 'close')]);
  if (stop === 'HTTP/2') tls.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
}

async function one(index: number): Promise<void> {
  const localAddress = addresses[index % addresses.length] ?? '127.0.0.1';
  const stop = stops[index % stops.length] ?? 'silent';
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  socket.on('error', () => undefined);
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => undefined);
  if (socket.destroyed || socket.connecting) {
    counts.failed += 1;
    return;
  }
  await (isAgent ? join(socket, stop) : talk(socket, stop)).catch(() => undefined);
}

/** So many at a time are on their way: the listener's queue must not be what is tested. */
const abreast = 100;
let next = 0;
const work = async () => {
  while (next < count) {
    next += 1;
    await one(next - 1);
  }
};
const asked = createInterface({ input: process.stdin });
await Promise.all(Array.from({ length: abreast }, work));
tell({ kind: 'all', ...counts });
await once(asked, 'close');
process.exit();
