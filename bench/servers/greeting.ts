import { connect } from 'node:net';
import type { Program } from './program.ts';

/** Waits until whoever listens there greets: programs of others do not say when they are ready. */
export async function greeted(
  program: Program,
  { host, port }: { host: string; port: number },
): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (program.running && performance.now() < deadline) {
    if (await greets(host, port)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(program.running ? 'no greeting within 15 s' : 'it ended at once');
}

function greets(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('data', (chunk: Buffer) => {
      resolve(chunk.toString('latin1').startsWith('220'));
      socket.end('QUIT\r\n');
    });
    socket.on('error', () => resolve(false)).on('close', () => resolve(false));
    socket.setTimeout(10_000, () => socket.destroy());
  });
}
