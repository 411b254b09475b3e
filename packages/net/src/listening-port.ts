import { readFile, readlink } from 'node:fs/promises';

/** The port that the listening TCP socket with this descriptor has. Linux tells it; undefined where nobody does. */
export async function listeningPort(fd: number): Promise<number | undefined> {
  const link = await readlink(`/proc/self/fd/${fd}`).catch(() => '');
  const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1];
  if (inode === undefined) return undefined;
  const tables = await Promise.all(
    ['/proc/self/net/tcp', '/proc/self/net/tcp6'].map((file) => readFile(file, 'latin1').catch(() => '')),
  );
  return tables.map((table) => portOfInode(table, inode)).find((port) => port !== undefined);
}

/** The lines of /proc/net/tcp: `sl local remote state queues timer retransmits uid timeout inode …`. */
export function portOfInode(table: string, inode: string): number | undefined {
  for (const line of table.split('\n')) {
    const [, local = '', , , , , , , , found] = line.trim().split(/\s+/);
    if (found === inode) return Number.parseInt(local.split(':')[1] ?? '', 16);
  }
  return undefined;
}
