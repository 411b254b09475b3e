import type { Entry } from '@duoport/protocol';
import type { Permission } from '../accounts/accounts.ts';
import { type Files, FilesError, type WriteHow } from './files.ts';
import type { HashAlgorithm } from './hash.ts';
import { isWithin, joinPath } from './paths.ts';

/** Permissions by path: of the paths that a name is or is in, the longest one counts. */
export type PathPermissions = Readonly<Record<string, readonly Permission[]>>;

/**
 * The same files, with other permissions in some places. Paths are names: what an administrator's symlink leads to is known by the name
 * of the symlink, and none can be made here.
 *
 * Where somebody may write, and neither list nor read, is a drop folder: what is stored there gets a name of its own and touches
 * nothing that is there, and nobody learns which names are.
 */
export function guarded(files: Files, usual: ReadonlySet<Permission>, paths: PathPermissions): Files {
  const guard = new Guard(usual, paths);
  const facts = async (path: string, look: (path: string) => Entry | Promise<Entry>): Promise<Entry> => {
    if (guard.sees(path)) return look(path);
    // Whether it exists is told of folders only, where somebody has to get through.
    const entry = await (async () => look(path))().catch(() => undefined);
    if (entry?.type !== 'directory' || !guard.enters(path)) throw denied(path);
    return entry;
  };
  const changing = <Rest extends readonly unknown[]>(
    change: ((path: string, ...rest: Rest) => void | Promise<void>) | undefined,
  ) =>
    change &&
    ((path: string, ...rest: Rest) => {
      guard.ask(path, 'change');
      return change.call(files, path, ...rest);
    });
  const [setModified, setCreated, chmod] = [
    changing(files.setModified),
    changing(files.setCreated),
    changing(files.chmod),
  ];
  const { lstat, space, partial, checksum } = files;
  return {
    stat: (path) => facts(path, (known) => files.stat(known)),
    ...(lstat && { lstat: (path: string) => facts(path, (known) => lstat.call(files, known)) }),
    list: (path) => {
      guard.ask(path, 'list');
      return guard.hides(path) ? shown(files.list(path), path, guard) : files.list(path);
    },
    openRead: (path) => {
      guard.ask(path, 'read');
      return files.openRead(path);
    },
    prepareWrite: (path, how) => files.prepareWrite(path, guard.howToWrite(path, how)),
    makeDirectory: (path) => {
      guard.ask(path, 'make-directory');
      return files.makeDirectory(path);
    },
    removeDirectory: (path) => {
      guard.ask(path, 'remove-directory');
      return files.removeDirectory(path);
    },
    removeFile: (path) => {
      guard.ask(path, 'remove');
      return files.removeFile(path);
    },
    rename: (from, to) => {
      guard.askRename(from, to);
      return files.rename(from, to);
    },
    ...(setModified && { setModified }),
    ...(setCreated && { setCreated }),
    ...(chmod && { chmod }),
    ...(partial && {
      partial: (path: string) => {
        guard.ask(path, 'write');
        return guard.sees(path) ? partial.call(files, path) : undefined;
      },
    }),
    ...(checksum && {
      checksum: (path: string, algorithm: HashAlgorithm) => {
        guard.ask(path, 'read');
        return checksum.call(files, path, algorithm);
      },
    }),
    ...(space && { space: (path: string) => space.call(files, path) }),
  };
}

/** All permissions that hold anywhere: what a verb may be let through for, before its path is looked at. */
export function anywhere(usual: Iterable<Permission>, paths: PathPermissions): ReadonlySet<Permission> {
  return new Set([...usual, ...Object.values(paths).flat()]);
}

async function* shown(
  batches: AsyncIterable<readonly Entry[]>,
  path: string,
  guard: Guard,
): AsyncGenerator<readonly Entry[]> {
  for await (const batch of batches) yield batch.filter(({ name }) => guard.enters(joinPath(path, name)));
}

class Guard {
  readonly #usual: ReadonlySet<Permission>;
  readonly #rules: readonly { readonly path: string; readonly permissions: ReadonlySet<Permission> }[];

  constructor(usual: ReadonlySet<Permission>, paths: PathPermissions) {
    this.#usual = usual;
    this.#rules = Object.entries(paths)
      .map(([path, permissions]) => ({ path: same(path), permissions: new Set(permissions) }))
      .sort((one, other) => other.path.length - one.path.length);
  }

  ask(path: string, permission: Permission): void {
    if (!this.#at(path).has(permission)) throw denied(path);
  }

  /** Whether the facts of what is there may be known. */
  sees(path: string): boolean {
    const permissions = this.#at(path);
    return permissions.has('list') || permissions.has('read');
  }

  /** Whether there is anything to do here or below. */
  enters(path: string): boolean {
    const below = same(path);
    return (
      hasAny(this.#at(path)) ||
      this.#rules.some((rule) => isWithin(below, rule.path) && hasAny(rule.permissions))
    );
  }

  /** Whether a listing may hold what is not to be entered. */
  hides(path: string): boolean {
    const below = same(path);
    return this.#rules.some((rule) => isWithin(below, rule.path) && !hasAny(rule.permissions));
  }

  howToWrite(path: string, how: WriteHow): WriteHow {
    this.ask(path, how.kind === 'append' ? 'append' : 'write');
    if (this.sees(path) || how.kind === 'unique') return how;
    if (how.kind !== 'replace') throw denied(path);
    return { kind: 'unique' };
  }

  /** To a place with other permissions it is what it would be by hand: read here, write there, remove here. */
  askRename(from: string, to: string): void {
    this.ask(from, 'rename');
    this.ask(to, 'rename');
    const below = same(from);
    // What has permissions of its own would lose them by another name.
    if (this.#rules.some((rule) => isWithin(below, rule.path))) throw denied(from);
    if (!this.sees(to)) throw denied(to);
    if (this.#at(from) === this.#at(to)) return;
    this.ask(from, 'read');
    this.ask(from, 'remove');
    this.ask(to, 'write');
  }

  #at(path: string): ReadonlySet<Permission> {
    const name = same(path);
    return this.#rules.find((rule) => isWithin(rule.path, name))?.permissions ?? this.#usual;
  }
}

/** Where the file systems take upper and lower case for the same, so does the guard. */
const foldsCase = process.platform === 'win32' || process.platform === 'darwin';

function same(path: string): string {
  return foldsCase ? path.normalize('NFC').toLowerCase() : path;
}

function hasAny(permissions: ReadonlySet<Permission>): boolean {
  return permissions.size > (permissions.has('none') ? 1 : 0);
}

function denied(path: string): FilesError {
  return new FilesError('denied', { path });
}
