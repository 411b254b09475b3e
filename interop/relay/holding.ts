import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * TCP connections of this process, none of its listeners: how many, and the first of them as the kernel tells them, `STATE LOCAL REMOTE` in
 * hexadecimal.
 */
export function openSockets(): { readonly connections: number; readonly first: readonly string[] } {
  const own = new Set<string>();
  for (const fd of readdirSync('/proc/self/fd')) {
    const [, inode] = /^socket:\[(\d+)\]$/.exec(target(fd)) ?? [];
    if (inode !== undefined) own.add(inode);
  }
  const all = ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/self/net/${table}`, 'latin1')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state !== listening && own.has(inode ?? ''))
      .map(([, local, remote, state]) => `${state} ${local} ${remote}`),
  );
  return { connections: all.length, first: all.slice(0, 20) };
}

const listening = '0A';

/** The descriptor with which the folder itself is read is gone by now. */
function target(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}

/** KiB: resident, after a collection. */
export function memoryInUse(): number {
  globalThis.gc?.();
  return Math.round(process.memoryUsage().rss / 1024);
}

/** KiB: the heap after a collection, and this process's share of what is resident; and how many descriptors are open. */
export function level(): { readonly heap: number; readonly pss: number; readonly descriptors: number } {
  globalThis.gc?.();
  const pss = Number(/^Pss:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/smaps_rollup', 'latin1'))?.[1]);
  const heap = Math.round(process.memoryUsage().heapUsed / 1024);
  return { heap, pss, descriptors: readdirSync('/proc/self/fd').length };
}
