import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cpuOf } from '../measure/processes.ts';
import type { Server } from '../servers/server.ts';
import { largeBytes } from '../servers/supplies.ts';
import { encode } from './control.ts';
import { TransferSession } from './transfer.ts';

export interface LargeOptions {
  readonly direction: 'download' | 'upload';
  readonly tls: boolean;
}

/** What moving the large file once took. */
export interface LargeResult {
  readonly bytesPerSecond: number;
  /** CPU time of all processes of the server. */
  readonly cpuSecondsPerGib: number;
}

/** Moves the large file once. The clock runs from the transfer command's negotiation to 226. */
export async function moveLarge(server: Server, options: LargeOptions): Promise<LargeResult> {
  const stored = join(server.root, 'up', 'large');
  // Emptying an old file would be part of the time.
  rmSync(stored, { force: true });
  const session = await TransferSession.open(server.target, { mode: 'passive', tls: options.tls });
  try {
    const pids = [server.pid, ...(server.beside ?? [])];
    const cpu = cpuOf(pids);
    const begin = performance.now();
    if (options.direction === 'download') await fetchLarge(session);
    else await session.upload(encode('STOR up/large'), largeBytes);
    const seconds = (performance.now() - begin) / 1000;
    const spent = cpuOf(pids) - cpu;
    if (options.direction === 'upload' && server.stores) checkStored(stored);
    return { bytesPerSecond: largeBytes / seconds, cpuSecondsPerGib: spent / (largeBytes / 1024 ** 3) };
  } finally {
    await session.close().catch(() => undefined);
    rmSync(stored, { force: true });
  }
}

async function fetchLarge(session: TransferSession): Promise<void> {
  const bytes = await session.download(encode('RETR large'));
  if (bytes !== largeBytes) throw new Error(`${bytes} bytes came instead of ${largeBytes}`);
}

function checkStored(path: string): void {
  const { size } = statSync(path);
  if (size !== largeBytes) throw new Error(`the server said 226, but ${size} bytes are stored`);
}
