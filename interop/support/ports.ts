import { createSocket, type Socket } from 'node:dgram';
import { createServer } from 'node:net';

/** Neighbouring ports that nobody else uses: a control port and a passive range after it. */
export interface PortBlock {
  readonly control: number;
  readonly low: number;
  readonly high: number;
  release(): void;
}

const size = 40;
const first = 12_000; // below the ports that the kernel gives out for outgoing connections
const blocks = 450;
let next = Math.floor(Math.random() * blocks);

/**
 * Peers cannot be told to listen on port 0 and to say which port they got, and they need a passive range. A block is
 * claimed across processes by a UDP socket on its first port: the kernel gives it back however we end.
 */
export async function claimPorts(): Promise<PortBlock> {
  for (let tried = 0; tried < blocks; tried += 1) {
    const control = first + (next++ % blocks) * size;
    const claim = await claimUdp(control);
    if (claim === undefined) continue;
    if (await allFree(control)) {
      return { control, low: control + 1, high: control + size - 1, release: once(() => claim.close()) };
    }
    claim.close();
  }
  throw new Error(`no ${size} neighbouring free ports between ${first} and ${first + blocks * size}`);
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (!done) act();
    done = true;
  };
}

function claimUdp(port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(undefined));
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => {
      socket.unref();
      resolve(socket);
    });
  });
}

async function allFree(control: number): Promise<boolean> {
  const free = await Promise.all(Array.from({ length: size }, (_, index) => isFree(control + index)));
  return free.every(Boolean);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '::' }, () => server.close(() => resolve(true)));
  });
}
