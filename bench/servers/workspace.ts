import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The user that sessions of vsftpd and Pure-FTPd run as: no user of this machine. */
export const sessionUid = 4242;

/** A temporary folder, in memory where that is possible: the bench is not there to measure the disk. */
export class Workspace {
  readonly path: string;

  constructor(name: string) {
    const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
    this.path = mkdtempSync(join(parent, `duoport-${name}-`));
    chmodSync(this.path, 0o711); // sessions that run as another user pass through
    process.once('exit', this.#remove);
  }

  folder(name: string): string {
    const path = join(this.path, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  remove(): void {
    process.removeListener('exit', this.#remove);
    this.#remove();
  }

  readonly #remove = (): void => rmSync(this.path, { recursive: true, force: true });
}

/** Gives a file or folder to the user of the sessions, where that is possible. */
export function giveToSessions(path: string): void {
  if (process.getuid?.() === 0) chownSync(path, sessionUid, sessionUid);
}
