import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Owner of what the peers store: no user of this machine. */
export const peerUid = 4242;

/** A temporary folder, in memory where that is possible: interop is not there to measure the disk. */
export class Workspace {
  readonly path: string;

  constructor(name: string) {
    const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
    this.path = mkdtempSync(join(parent, `duoport-${name}-`));
    chmodSync(this.path, 0o711); // sessions that run as another user pass through
    process.once('exit', this.#remove);
  }

  /** Makes a folder; `open` gives it to the user that the servers run their sessions as. */
  folder(name: string, open = false): string {
    const path = join(this.path, name);
    mkdirSync(path, { recursive: true });
    if (open && process.getuid?.() === 0) chownSync(path, peerUid, peerUid);
    return path;
  }

  remove(): void {
    process.removeListener('exit', this.#remove);
    this.#remove();
  }

  readonly #remove = (): void => rmSync(this.path, { recursive: true, force: true });
}
