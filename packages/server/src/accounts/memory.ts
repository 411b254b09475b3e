import { randomBytes } from 'node:crypto';
import type { Awaitable } from '@duoport/net';
import type { Files } from '../files/files.ts';
import {
  type Accounts,
  allPermissions,
  type Login,
  type LoginAttempt,
  type LoginStep,
  type Permission,
  type Refusal,
  readPermissions,
} from './accounts.ts';
import { type AccountFiles, LoginMaker } from './login-maker.ts';
import { KeptPassword } from './password.ts';
import { type AccountRules, refusalOf } from './rules.ts';

/** What somebody gets who is let in. */
export interface GuestOptions {
  /** More that is to hold; `directory`, `home` and `permissions` stand beside it. */
  readonly rules?: Omit<AccountRules, 'directory' | 'home' | 'permissions'>;
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

export interface MemoryAccountsOptions extends AccountFiles {
  readonly users?: readonly UserOptions[];
  /** Lets in whoever says `anonymous`, to read only unless `permissions` says otherwise (RFC 1635). Default: nobody. */
  readonly anonymous?: AnonymousOptions;
  /** Where a function checks passwords and takes its time over it: the same time for a name that nobody has. */
  readonly nobody?: (password: string, attempt: LoginAttempt) => Awaitable<unknown>;
}

interface Account {
  readonly login: Login;
  readonly rules: AccountRules;
  readonly check: (password: string, attempt: LoginAttempt) => Awaitable<boolean>;
}

/** A list of users in memory. A name that is not in it is refused as slowly as a wrong password. */
export class MemoryAccounts implements Accounts {
  readonly #maker: LoginMaker;
  readonly #accounts = new Map<string, Account>();
  readonly #guests = new Map<string, Omit<Account, 'check'>>();
  readonly #nobody: Account['check'];

  constructor(options: MemoryAccountsOptions) {
    this.#maker = new LoginMaker(options);
    const { nobody } = options;
    // Compared with for unknown names; nobody knows it.
    const password = new KeptPassword(randomBytes(16).toString('hex'));
    this.#nobody = async (given, attempt) => {
      await nobody?.(given, attempt);
      return password.matches(given);
    };
    for (const user of options.users ?? []) this.set(user);
    const { anonymous } = options;
    if (anonymous === undefined) return;
    for (const name of anonymous.names ?? ['anonymous', 'ftp']) {
      const login = this.#login(name, { permissions: readPermissions, ...anonymous });
      const { rules = {} } = anonymous;
      this.#guests.set(name.toLowerCase(), { login: { ...login, anonymous: true }, rules });
    }
  }

  /** Adds a user, or gives a known name new options; sessions that are in stay as they are. */
  set(user: UserOptions): void {
    const login = this.#login(user.name, user);
    this.#accounts.set(user.name, { login, rules: user.rules ?? {}, check: checker(user.password) });
  }

  /** Returns whether there was such a user; sessions that are in stay in. */
  remove(name: string): boolean {
    return this.#accounts.delete(name);
  }

  /** Whether the name means somebody here, a guest too. */
  has(name: string): boolean {
    return this.#accounts.has(name) || this.#guest(name) !== undefined;
  }

  begin({ user }: LoginAttempt): LoginStep {
    return this.#guest(user) === undefined ? 'password' : 'address';
  }

  async login(attempt: LoginAttempt): Promise<Login | Refusal | undefined> {
    const { user, password, proven } = attempt;
    const guest = this.#guest(user);
    if (guest !== undefined) return refusalOf(guest.rules, attempt, Date.now()) ?? guest.login;
    if (password === undefined && !proven) return undefined;
    const account = this.#accounts.get(user);
    const matches = password === undefined || (await (account?.check ?? this.#nobody)(password, attempt));
    if (account === undefined || !matches) return undefined;
    return refusalOf(account.rules, attempt, Date.now()) ?? account.login;
  }

  /** A user of that name goes before the anonymous account. */
  #guest(user: string): Omit<Account, 'check'> | undefined {
    return this.#accounts.has(user) ? undefined : this.#guests.get(user.toLowerCase());
  }

  #login(user: string, options: GuestOptions): Login {
    const { directory, home, permissions = allPermissions, rules, files } = options;
    return this.#maker.login(user, { ...rules, directory, home, permissions: [...permissions] }, files);
  }
}

function checker(password: UserOptions['password']): Account['check'] {
  if (typeof password === 'function') return password;
  const kept = new KeptPassword(password);
  return (given) => kept.matches(given);
}
