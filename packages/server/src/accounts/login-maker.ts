import { DiskFiles } from '../files/disk/disk-files.ts';
import type { Files } from '../files/files.ts';
import { anywhere, guarded } from '../files/guarded.ts';
import { mounted } from '../files/mounted.ts';
import { AccountUsage } from '../usage/account-usage.ts';
import type { Usage } from '../usage/usage.ts';
import { allPermissions, type Login, type LoginLimits } from './accounts.ts';
import { AllowedTimes } from './allowed-times.ts';
import type { AccountRules } from './rules.ts';

/** Where the files of accounts come from. */
export interface AccountFiles {
  /** What users see who have no folder of their own. */
  readonly files?: Files | undefined;
  /** The files of a folder of this machine. Default: `DiskFiles`, one for each folder. */
  readonly open?: ((directory: string) => Files) | undefined;
  /** Who knows what users have stored and transferred. Default: nobody before, this process from now on. */
  readonly usage?: Usage | undefined;
}

/** Makes logins out of rules. Users with the same folder share one backend and what it has learnt of the disk. */
export class LoginMaker {
  readonly #files: Files | undefined;
  readonly #open: (directory: string) => Files;
  readonly #directories = new Map<string, Files>();
  readonly #usage: AccountUsage;

  constructor({ files, open, usage }: AccountFiles) {
    this.#files = files;
    this.#usage = new AccountUsage(usage);
    this.#open = open ?? ((directory) => new DiskFiles(directory));
  }

  /** @throws TypeError when the account has no files. */
  login(user: string, rules: AccountRules, files = this.#rootOf(rules.directory)): Login {
    if (files === undefined) throw new TypeError(`The account ${user} has no files: give files or directory`);
    const { home = '/', paths, folders, times, timeZone } = rules;
    const usual = new Set(['none' as const, ...(rules.permissions ?? allPermissions)]);
    const { count, ...usage } = this.#usage.of(user, rules);
    const root = count(files, '/');
    const tree = folders === undefined ? root : mounted(root, this.#mountsOf(folders, count));
    const login = {
      ...usage,
      ...(times && { times: new AllowedTimes(times, timeZone) }),
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

  #mountsOf(
    folders: Readonly<Record<string, string>>,
    count: (files: Files, path: string) => Files,
  ): Record<string, Files> {
    return Object.fromEntries(
      Object.entries(folders).map(([path, directory]) => [path, count(this.#at(directory), path)]),
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
