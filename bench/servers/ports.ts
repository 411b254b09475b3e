import { createServer } from 'node:net';

/** A control port and the passive range after it. */
export interface PortBlock {
  readonly control: number;
  readonly low: number;
  readonly high: number;
}

// Above the ports that Linux gives out for outgoing connections, so that thousands of those a second cannot collide.
const first = 61_000;
const size = 600;
const blocks = 7;
const taken = new Set<number>();

/** A block that no other server of this bench has; give it back with `releasePorts`. */
export async function claimPorts(): Promise<PortBlock> {
  for (let index = 0; index < blocks; index += 1) {
    const control = first + index * size;
    if (taken.has(control)) continue;
    taken.add(control);
    if (await isFree(control)) return { control, low: control + 1, high: control + size - 1 };
    taken.delete(control);
  }
  throw new Error(`no free block of ports between ${first} and ${first + blocks * size}`);
}

export function releasePorts(block: PortBlock): void {
  taken.delete(block.control);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1' }, () => server.close(() => resolve(true)));
  });
}
