import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const standing = new Set<string>();
process.on('exit', () => {
  for (const path of standing) rmSync(path, { recursive: true, force: true });
});

/** A temporary folder, in memory where that is possible: interop is not there to measure the disk. */
export class Workspace {
  readonly path: string;

  constructor(name: string) {
    const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
    this.path = mkdtempSync(join(parent, `duoport-${name}-`));
    chmodSync(this.path, 0o711); // sessions that run as another user pass through
    standing.add(this.path);
  }

  folder(name: string): string {
    const path = join(this.path, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  remove(): void {
    standing.delete(this.path);
    rmSync(this.path, { recursive: true, force: true });
  }
}
