import { DiskFiles } from '../files/disk/disk-files.ts';
import type { Files } from '../files/files.ts';
import { anywhere, guarded } from '../files/guarded.ts';
import { mounted } from '../files/mounted.ts';
import { allPermissions, type Login, type LoginLimits } from './accounts.ts';
import type { AccountRules } from './rules.ts';

/** Where the files of accounts come from. */
export interface AccountFiles {
  /** What users see who have no folder of their own. */
  readonly files?: Files | undefined;
  /** The files of a folder of this machine. Default: `DiskFiles`, one for each folder. */
  readonly open?: ((directory: string) => Files) | undefined;
}

/** Makes logins out of rules. Users with the same folder share one backend and what it has learnt of the disk. */
export class LoginMaker {
  readonly #files: Files | undefined;
  readonly #open: (directory: string) => Files;
  readonly #directories = new Map<string, Files>();

  constructor({ files, open }: AccountFiles) {
    this.#files = files;
    this.#open = open ?? ((directory) => new DiskFiles(directory));
  }

  /** @throws TypeError when the account has no files. */
  login(user: string, rules: AccountRules, files = this.#rootOf(rules.directory)): Login {
    if (files === undefined) throw new TypeError(`The account ${user} has no files: give files or directory`);
    const { home = '/', paths, folders } = rules;
    const usual = new Set(['none' as const, ...(rules.permissions ?? allPermissions)]);
    const tree = folders === undefined ? files : mounted(files, this.#mountsOf(folders));
    const login = {
      user,
      home,
      files: paths === undefined ? tree : guarded(tree, usual, paths),
      permissions: paths === undefined ? usual : anywhere(usual, paths),
    };
    const limits = limitsOf(rules);
    return limits === undefined ? login : { ...login, limits };
  }

  #rootOf(directory: string | undefined): Files | undefined {
    return directory === undefined ? this.#files : this.#at(directory);
  }

  #mountsOf(folders: Readonly<Record<string, string>>): Record<string, Files> {
    return Object.fromEntries(
      Object.entries(folders).map(([path, directory]) => [path, this.#at(directory)]),
    );
  }

  #at(directory: string): Files {
    const known = this.#directories.get(directory) ?? this.#open(directory);
    this.#directories.set(directory, known);
    return known;
  }
}

function limitsOf({ modes, requireTls, sessions, rateDown, rateUp }: AccountRules): LoginLimits | undefined {
  const limits = { modes, requireTls, sessions, toClient: rateDown, toServer: rateUp };
  return Object.values(limits).every((each) => each === undefined) ? undefined : limits;
}
