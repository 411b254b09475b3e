import { createServer } from 'node:net';
import type { PortRange } from '@duoport/net';

/** Ports that nobody listens on just now, outside the range that the system gives out. */
export async function freeRange(size: number): Promise<PortRange> {
  for (;;) {
    const low = 20_000 + Math.floor(Math.random() * 10_000);
    const free = await Promise.all(Array.from({ length: size }, (_, i) => isFree(low + i)));
    if (free.every(Boolean)) return { low, high: low + size - 1 };
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
