import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that a server of the lab serves: one file to fetch, one folder to store in, and a place for the rest. */
export interface ServedFolder {
  /** What the server shows. */
  readonly root: string;
  /** Name and contents of the file in it. */
  readonly sample: { readonly name: string; readonly bytes: Buffer };
  /** Name of the folder in it that may be written to. */
  readonly incoming: string;
  /** Beside the root, not served: configuration, what clients fetch. */
  readonly scratch: string;
  /** What arrived under that name in `incoming`; undefined: nothing. */
  arrived(name: string): Buffer | undefined;
  remove(): void;
}

export function makeServedFolder(): ServedFolder {
  removeOldFolders();
  const top = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
  chmodSync(top, 0o755);
  const root = folder(top, 'root', 0o755);
  const incoming = 'incoming';
  folder(root, incoming, 0o777);
  const sample = { name: 'sample.bin', bytes: randomBytes(20_000) };
  writeFileSync(join(root, sample.name), sample.bytes, { mode: 0o644 });
  return {
    root,
    sample,
    incoming,
    scratch: folder(top, 'scratch', 0o700),
    arrived: (name) => {
      try {
        return readFileSync(join(root, incoming, name));
      } catch {
        return undefined;
      }
    },
    remove: () => rmSync(top, { recursive: true, force: true }),
  };
}

const prefix = 'duoport-lab-';

/** What runs that were killed have left: folders with the number of a process that is no more. */
function removeOldFolders(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(/^duoport-lab-(\d+)-/.exec(name)?.[1]);
    if (pid > 0 && !existsSync(`/proc/${pid}`))
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

/** The mode is set after making it: the umask of whoever runs this must not matter. */
function folder(parent: string, name: string, mode: number): string {
  const path = join(parent, name);
  mkdirSync(path);
  chmodSync(path, mode);
  return path;
}
