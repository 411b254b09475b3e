import { DiskFiles } from '../files/disk/disk-files.ts';
import type { Files } from '../files/files.ts';
import { allPermissions, type Login, type LoginLimits } from './accounts.ts';
import type { AccountRules } from './rules.ts';

/** Makes logins out of rules. Users with the same folder share one backend and what it has learnt of the disk. */
export class LoginMaker {
  readonly #files: Files | undefined;
  readonly #directories = new Map<string, DiskFiles>();

  /** `files`: what users see who have no folder of their own. */
  constructor(files: Files | undefined) {
    this.#files = files;
  }

  /** @throws TypeError when the account has no files. */
  login(user: string, rules: AccountRules, files = this.filesOf(rules.directory)): Login {
    if (files === undefined) throw new TypeError(`The account ${user} has no files: give files or directory`);
    const { home = '/', permissions = allPermissions } = rules;
    const login = { user, files, home, permissions: new Set(['none' as const, ...permissions]) };
    const limits = limitsOf(rules);
    return limits === undefined ? login : { ...login, limits };
  }

  filesOf(directory: string | undefined): Files | undefined {
    if (directory === undefined) return this.#files;
    const known = this.#directories.get(directory) ?? new DiskFiles(directory);
    this.#directories.set(directory, known);
    return known;
  }
}

function limitsOf({ modes, requireTls, sessions, rateDown, rateUp }: AccountRules): LoginLimits | undefined {
  const limits = { modes, requireTls, sessions, toClient: rateDown, toServer: rateUp };
  return Object.values(limits).every((each) => each === undefined) ? undefined : limits;
}
