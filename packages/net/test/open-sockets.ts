import { readdirSync, readlinkSync } from 'node:fs';

/** Every socket of this process, by its inode. Numbers alone would not do: what others close in between hides what we leave open. */
export function openSockets(): ReadonlySet<string> {
  const sockets = new Set<string>();
  for (const fd of readdirSync('/proc/self/fd')) {
    const target = linkOf(fd);
    if (target?.startsWith('socket:')) sockets.add(target);
  }
  return sockets;
}

/** The sockets that were not there before. */
export function newSockets(before: ReadonlySet<string>): readonly string[] {
  return [...openSockets()].filter((socket) => !before.has(socket));
}

/** The descriptor with which the directory itself is read is gone by now. */
function linkOf(fd: string): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return undefined;
  }
}
