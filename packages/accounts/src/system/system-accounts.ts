import { isAbsolute } from 'node:path';
import { formatFault, verifyPassword } from '@duoport/passwords';
import {
  type AccountFiles,
  type AccountRules,
  type Accounts,
  AccountsUnavailable,
  type Login,
  type LoginAttempt,
  type Refusal,
  wrongPassword,
} from '@duoport/server';
import { LettingIn } from '../letting-in.ts';
import {
  names,
  passwdEntry,
  type ShadowEntry,
  shadowEntry,
  shellsOf,
  someHash,
  textOf,
} from './system-files.ts';

export interface SystemAccountsOptions extends AccountFiles {
  /** Only users from this number on. Default 1000; 0 is refused whatever is said. */
  readonly minUid?: number | undefined;
  /** Only users whose shell is in `/etc/shells`. Default true. */
  readonly checkShell?: boolean | undefined;
  /** Of every user; without a `directory` it is the home folder. */
  readonly rules?: AccountRules | undefined;
  /** The folder with `passwd`, `shadow`, `shells` and `ftpusers`. Default `/etc`. */
  readonly folder?: string | undefined;
}

/**
 * The users of the system, by `/etc/passwd` and `/etc/shadow`, without PAM. Files are read at each login. Nobody gets the rights of the user:
 * files are read and written as the user that the server runs as.
 */
export class SystemAccounts implements Accounts {
  readonly #options: SystemAccountsOptions;
  readonly #inside: LettingIn;
  readonly #now: () => number;

  constructor(options: SystemAccountsOptions = {}, now: () => number = Date.now) {
    this.#options = options;
    this.#inside = new LettingIn(options);
    this.#now = now;
  }

  async login(attempt: LoginAttempt): Promise<Login | Refusal | undefined> {
    const { user, password, proven } = attempt;
    if (password === undefined && !proven) return undefined;
    const [passwd, shadow] = await Promise.all([this.#read('passwd'), this.#read('shadow')]);
    const entry = passwdEntry(passwd, user);
    const secret = shadowEntry(shadow, user);
    if (password !== undefined) {
      const known = entry !== undefined && secret?.hash.startsWith('$') === true;
      // As much work for a name that nobody has, and for an account that is locked.
      const { matches } = await verifyPassword(known ? secret.hash : someHash(shadow), password);
      if (known && !matches) return wrongPassword;
      if (!known) return entry === undefined ? undefined : wrongPassword;
    }
    if (entry === undefined) return undefined;
    const because = (await this.#keptOut(entry)) ?? agedOut(secret, this.#now());
    if (because !== undefined) return { because };
    const own = isAbsolute(entry.home) ? { directory: entry.home } : {};
    return this.#inside.enter(attempt, { ...own, ...present(this.#options.rules) });
  }

  /** @throws AccountsUnavailable when the files cannot be read, or their hashes not be verified here. */
  async check(): Promise<void> {
    await this.#read('passwd');
    const hash = someHash(await this.#read('shadow'));
    const fault = hash === undefined ? undefined : await formatFault(hash);
    if (fault !== undefined) throw new AccountsUnavailable(fault);
  }

  async #keptOut({
    name,
    uid,
    shell,
  }: {
    readonly name: string;
    readonly uid: number;
    readonly shell: string;
  }): Promise<string | undefined> {
    const { minUid = 1000, checkShell = true } = this.#options;
    if (uid === 0) return 'it is a name of root';
    if (uid < minUid) return `its number ${uid} is below ${minUid}`;
    if (names((await this.#maybe('ftpusers')) ?? '').includes(name)) return 'it is in /etc/ftpusers';
    if (!checkShell) return undefined;
    const shells = shellsOf((await this.#maybe('shells')) ?? '');
    return shells.has(shell)
      ? undefined
      : `its shell ${shell === '' ? '/bin/sh' : shell} is not in /etc/shells`;
  }

  async #read(file: string): Promise<string> {
    const text = await this.#maybe(file);
    if (text === undefined) throw new AccountsUnavailable(`There is no ${this.#place(file)} on this system`);
    return text;
  }

  async #maybe(file: string): Promise<string | undefined> {
    try {
      return await textOf(this.#place(file));
    } catch (cause) {
      const why = cause instanceof Error && 'code' in cause ? cause.code : String(cause);
      const cure = file === 'shadow' ? ': the server needs the group shadow, or to be root' : '';
      throw new AccountsUnavailable(`${this.#place(file)} cannot be read (${why})${cure}`, { cause });
    }
  }

  #place(file: string): string {
    return `${this.#options.folder ?? '/etc'}/${file}`;
  }
}

function agedOut(secret: ShadowEntry | undefined, now: number): string | undefined {
  if (secret?.expires !== undefined && now >= secret.expires) return 'the account has expired';
  if (secret?.stale !== undefined && now >= secret.stale)
    return 'its password is too old and has to be changed';
  return undefined;
}

/** What says nothing takes nothing away. */
function present(rules: AccountRules = {}): AccountRules {
  return Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== undefined));
}
