import { pathToFileURL } from 'node:url';
import {
  type AccountFiles,
  type AccountRules,
  type Accounts,
  AccountsUnavailable,
  type Login,
  type LoginAttempt,
  type LoginStep,
  type Refusal,
  wrongPassword,
} from '@duoport/server';
import { LettingIn } from './letting-in.ts';
import { plainRules, type RulesReader } from './rules-reader.ts';

/**
 * What a module may answer: a login with files of its own, a refusal, rules in the words of the settings, `false` for a wrong password, or nothing
 * for a name that it does not know.
 */
export type ModuleAnswer = Login | Refusal | Readonly<Record<string, unknown>> | boolean | undefined | null;

/** What the module has to export: as `accounts`, as its default, or the functions by themselves. */
export interface AccountsModule {
  begin?(attempt: LoginAttempt): LoginStep | Promise<LoginStep>;
  login(attempt: LoginAttempt): ModuleAnswer | Promise<ModuleAnswer>;
}

export interface ModuleAccountsOptions extends AccountFiles {
  readonly module: AccountsModule;
  /** Milliseconds for one answer. Default 5000. */
  readonly timeout?: number | undefined;
  readonly rules?: AccountRules | undefined;
  /** Default: the words of `AccountRules`. */
  readonly read?: RulesReader | undefined;
}

/**
 * Loads a module. `version`: a module that was loaded with another one is loaded anew.
 * @throws Error with what is wrong with it.
 */
export async function loadAccountsModule(file: string, version = ''): Promise<AccountsModule> {
  const url = pathToFileURL(file);
  if (version !== '') url.searchParams.set('version', version);
  const loaded: unknown = await import(url.href);
  const all = isObject(loaded) ? [loaded['accounts'], loaded['default'], loaded] : [];
  const found = all.find((each) => isObject(each) && typeof each['login'] === 'function');
  if (found === undefined) throw new Error('it exports no accounts with a function login');
  return found as AccountsModule;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Lets a module decide. One that throws or takes too long keeps everybody out meanwhile, and the log says why. */
export class ModuleAccounts implements Accounts {
  readonly #module: AccountsModule;
  readonly #timeout: number;
  readonly #read: RulesReader;
  readonly #inside: LettingIn;

  constructor(options: ModuleAccountsOptions) {
    const { module, timeout = 5000, read = plainRules } = options;
    this.#module = module;
    this.#timeout = timeout;
    this.#read = read;
    this.#inside = new LettingIn(options);
  }

  async begin(attempt: LoginAttempt): Promise<LoginStep> {
    return this.#asked(async () => (await this.#module.begin?.(attempt)) ?? 'password');
  }

  async login(attempt: LoginAttempt): Promise<Login | Refusal | undefined> {
    const answer = await this.#asked(async () => this.#module.login(attempt));
    if (answer === undefined || answer === null) return undefined;
    if (answer === false) return wrongPassword;
    if (answer === true) return this.#inside.enter(attempt);
    if ('files' in answer || 'because' in answer) return answer as Login | Refusal;
    const rules = await this.#asked(async () => this.#read(answer as Record<string, unknown>));
    return this.#inside.enter(attempt, rules);
  }

  async #asked<T>(work: () => Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const text = `no answer within ${this.#timeout / 1000} s`;
      timer = setTimeout(() => reject(new Error(text)), this.#timeout);
    });
    try {
      return await Promise.race([work(), late]);
    } catch (error) {
      if (error instanceof AccountsUnavailable) throw error;
      const because = error instanceof Error ? error.message : String(error);
      throw new AccountsUnavailable(`The module of the accounts: ${because}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }
}
