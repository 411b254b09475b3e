import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Owner of what the peers store: no user of this machine. */
export const peerUid = 4242;

/** Makes a folder inside a server's root that its sessions may write to. */
export function openFolder(root: string, name: string): string {
  const path = join(root, name);
  mkdirSync(path, { recursive: true });
  giveToSessions(path);
  return path;
}

/** Lets sessions write to a file or folder that we made. */
export function giveToSessions(path: string | Buffer): void {
  if (process.getuid?.() === 0) chownSync(path, peerUid, peerUid);
}
