import { randomBytes } from 'node:crypto';
import type { Awaitable } from '@duoport/net';
import { DiskFiles } from '../files/disk/disk-files.ts';
import type { Files } from '../files/files.ts';
import {
  type Accounts,
  allPermissions,
  type Login,
  type LoginAttempt,
  type LoginStep,
  type Permission,
  readPermissions,
} from './accounts.ts';
import { KeptPassword } from './password.ts';

/** What somebody gets who is let in. */
export interface GuestOptions {
  /** What the user sees; default: the files of the list. */
  readonly files?: Files;
  /** Instead of `files`: a directory of this machine that is the user's whole world. */
  readonly directory?: string;
  /** Where to begin, a normalised path of the files. Default `/`. */
  readonly home?: string;
  readonly permissions?: ReadonlySet<Permission>;
}

export interface UserOptions extends GuestOptions {
  readonly name: string;
  /** The password, or what decides about it. */
  readonly password: string | ((password: string, attempt: LoginAttempt) => Awaitable<boolean>);
}

export interface AnonymousOptions extends GuestOptions {
  /** Default `anonymous` and `ftp`; upper or lower case does not matter. */
  readonly names?: readonly string[];
}

export interface MemoryAccountsOptions {
  readonly users?: readonly UserOptions[];
  /** Lets in whoever says `anonymous`, to read only unless `permissions` says otherwise (RFC 1635). Default: nobody. */
  readonly anonymous?: AnonymousOptions;
  /** What users see who have no files of their own. */
  readonly files?: Files;
}

interface Account {
  readonly login: Login;
  readonly check: (password: string, attempt: LoginAttempt) => Awaitable<boolean>;
}

/** A list of users in memory. A name that is not in it is refused as slowly as a wrong password. */
export class MemoryAccounts implements Accounts {
  readonly #files: Files | undefined;
  readonly #accounts = new Map<string, Account>();
  readonly #guests = new Map<string, Login>();
  readonly #directories = new Map<string, DiskFiles>();
  /** Compared with for unknown names; nobody knows it. */
  readonly #nobody = new KeptPassword(randomBytes(16).toString('hex'));

  constructor(options: MemoryAccountsOptions) {
    this.#files = options.files;
    for (const user of options.users ?? []) this.set(user);
    const { anonymous } = options;
    if (anonymous === undefined) return;
    for (const name of anonymous.names ?? ['anonymous', 'ftp']) {
      const login = this.#login(name, { permissions: readPermissions, ...anonymous });
      this.#guests.set(name.toLowerCase(), { ...login, anonymous: true });
    }
  }

  /** Adds a user, or gives a known name new options; sessions that are in stay as they are. */
  set(user: UserOptions): void {
    const login = this.#login(user.name, user);
    this.#accounts.set(user.name, { login, check: checker(user.password) });
  }

  /** Returns whether there was such a user; sessions that are in stay in. */
  remove(name: string): boolean {
    return this.#accounts.delete(name);
  }

  begin({ user }: LoginAttempt): LoginStep {
    return this.#guest(user) === undefined ? 'password' : 'address';
  }

  login(attempt: LoginAttempt): Awaitable<Login | undefined> {
    const { user, password } = attempt;
    const guest = this.#guest(user);
    if (guest !== undefined) return guest;
    if (password === undefined) return undefined;
    const account = this.#accounts.get(user);
    if (account === undefined) {
      this.#nobody.matches(password);
      return undefined;
    }
    const verdict = account.check(password, attempt);
    if (typeof verdict === 'boolean') return verdict ? account.login : undefined;
    return verdict.then((yes) => (yes ? account.login : undefined));
  }

  /** A user of that name goes before the anonymous account. */
  #guest(user: string): Login | undefined {
    return this.#accounts.has(user) ? undefined : this.#guests.get(user.toLowerCase());
  }

  #login(user: string, options: GuestOptions): Login {
    const files = options.files ?? this.#filesOf(options.directory) ?? this.#files;
    if (files === undefined) throw new TypeError(`The account ${user} has no files: give files or directory`);
    const { home = '/', permissions = allPermissions } = options;
    return { user, files, home, permissions: new Set(['none', ...permissions]) };
  }

  /** Users with the same directory share one backend and what it has learnt of the disk. */
  #filesOf(directory: string | undefined): DiskFiles | undefined {
    if (directory === undefined) return undefined;
    const known = this.#directories.get(directory) ?? new DiskFiles(directory);
    this.#directories.set(directory, known);
    return known;
  }
}

function checker(password: UserOptions['password']): Account['check'] {
  if (typeof password === 'function') return password;
  const kept = new KeptPassword(password);
  return (given) => kept.matches(given);
}
