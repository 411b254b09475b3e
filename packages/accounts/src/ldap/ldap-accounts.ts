import { randomBytes } from 'node:crypto';
import { isRawText } from '@duoport/protocol';
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
import { plainRules, type RulesReader } from '../rules-reader.ts';
import { filled, filterValue, nameValue } from './escape.ts';
import { type LdapGroupOptions, LdapGroups } from './ldap-groups.ts';
import { type LdapEntry, type LdapLink, type LdapServer, reasonOf } from './ldap-link.ts';
import { LdapPool } from './ldap-pool.ts';

export interface LdapAccountsOptions extends AccountFiles, LdapServer, LdapGroupOptions {
  /** Who searches; without it the search is anonymous. */
  readonly bindDn?: string | undefined;
  readonly bindPassword?: string | undefined;
  /** Where users are searched; or {@link userDn}. */
  readonly base?: string | undefined;
  /** Default `sub`. */
  readonly scope?: 'one' | 'sub' | undefined;
  /** `{user}` is the name. Default `(uid={user})`, with `userDn` any. */
  readonly filter?: string | undefined;
  /** Instead of a search: the distinguished name, made of the name: `uid={user},ou=people,dc=example,dc=org`. */
  readonly userDn?: string | undefined;
  /** The attribute that holds the name as it is meant: LDAP does not tell Ann from ann. Default `uid`. */
  readonly nameAttribute?: string | undefined;
  /** Rules by the attribute that says them. */
  readonly attributes?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds for all that a login asks. Default 5000. */
  readonly timeout?: number | undefined;
  /** To search, and as many to try passwords. Default 4. */
  readonly connections?: number | undefined;
  /** Of every user, as far as groups and attributes say nothing else. */
  readonly rules?: AccountRules | undefined;
  /** Of what attributes say. Default: the words of `AccountRules`. */
  readonly read?: RulesReader | undefined;
}

/** Rules that are lists, whatever number of values an attribute has. */
const lists: ReadonlySet<string> = new Set([
  'networks',
  'modes',
  'permissions',
  'times',
  'quotaFolders',
  'quota-folders',
]);
/** Rules that are text, whatever it looks like. */
const texts: ReadonlySet<string> = new Set(['directory', 'home']);

/** Users of an LDAP directory: found by a search or by their distinguished name, and let in when a bind with their password succeeds. */
export class LdapAccounts implements Accounts {
  readonly #options: LdapAccountsOptions;
  readonly #searching: LdapPool;
  readonly #trying: LdapPool;
  readonly #groups: LdapGroups;
  readonly #inside: LettingIn;
  readonly #wanted: readonly string[];

  constructor(options: LdapAccountsOptions) {
    const { url, startTls, ca, connections = 4, bindDn, bindPassword = '' } = options;
    this.#options = options;
    const pool = { url, startTls, ca, connections };
    this.#searching = new LdapPool({
      ...pool,
      ...(bindDn === undefined
        ? {}
        : {
            prepare: async (link, signal) => {
              const refusal = await link.bind(bindDn, bindPassword, signal);
              if (refusal !== undefined) throw new Error(`it refuses ${bindDn}: ${refusal}`);
            },
          }),
    });
    this.#trying = new LdapPool(pool);
    this.#groups = new LdapGroups(options);
    this.#inside = new LettingIn(options);
    const named = Object.values(options.attributes ?? {});
    this.#wanted = [...new Set([this.#nameAttribute, ...named, ...this.#groups.wanted])];
  }

  async login(attempt: LoginAttempt): Promise<Login | Refusal | undefined> {
    const { user, password, proven } = attempt;
    if (password === undefined && !proven) return undefined;
    const signal = this.#deadline();
    try {
      // Bytes that are no UTF-8 are in no directory, and a bind without a password proves nothing.
      const possible = user !== '' && user.length <= 255 && !isRawText(user) && password !== '';
      if (!possible || (password !== undefined && isRawText(password))) return await this.#nobody(signal);
      return this.#options.userDn === undefined || proven
        ? await this.#bySearch(attempt, signal)
        : await this.#byName(attempt, { dn: this.#dnOf(user), signal });
    } catch (error) {
      throw this.#gone(error, signal);
    }
  }

  /** Connects and searches as the service does. @throws AccountsUnavailable */
  async check(): Promise<void> {
    const signal = this.#deadline();
    try {
      // Where users are searched for, the place for it must be there.
      if (this.#options.base !== undefined) await this.#find('', signal);
      else await this.#searching.use(signal, async () => undefined);
    } catch (error) {
      throw this.#gone(error, signal);
    }
  }

  close(): void {
    this.#searching.close();
    this.#trying.close();
  }

  async #bySearch(attempt: LoginAttempt, signal: AbortSignal): Promise<Login | Refusal | undefined> {
    const found = await this.#find(attempt.user, signal);
    if (found.length > 1) return { because: 'the search finds more than one entry for this name' };
    const [entry] = found;
    if (entry === undefined) return this.#nobody(signal);
    const { password } = attempt;
    if (password !== undefined) {
      const refusal = await this.#trying.use(signal, (link) => link.bind(entry.dn, password, signal));
      if (refusal !== undefined) return wrongPassword;
    }
    return this.#searching.use(signal, (link) => this.#enter(attempt, { entry, link, signal }));
  }

  /** The user's own connection reads the user's own entry. */
  #byName(
    attempt: LoginAttempt,
    { dn, signal }: { readonly dn: string; readonly signal: AbortSignal },
  ): Promise<Login | Refusal | undefined> {
    return this.#trying.use(signal, async (link) => {
      const refusal = await link.bind(dn, attempt.password ?? '', signal);
      if (refusal !== undefined) return undefined;
      const filter = this.#filterOf(attempt.user, '(objectClass=*)');
      const search = { base: dn, scope: 'base', filter, attributes: this.#wanted, most: 2 } as const;
      const [entry] = await link.search(search, signal);
      if (entry === undefined) return { because: `the filter ${filter} leaves it out` };
      return this.#enter(attempt, { entry, link, signal });
    });
  }

  async #enter(
    attempt: LoginAttempt,
    {
      entry,
      link,
      signal,
    }: { readonly entry: LdapEntry; readonly link: LdapLink; readonly signal: AbortSignal },
  ): Promise<Login | Refusal> {
    const user = nameIn(entry.values.get(this.#nameAttribute.toLowerCase()) ?? [], attempt.user);
    const groups = await this.#groups.of({ user, entry, link, signal });
    const refusal = this.#groups.refusalOf(groups);
    if (refusal !== undefined) return refusal;
    return this.#inside.enter({ ...attempt, user }, ...this.#groups.rulesOf(groups), this.#rulesOf(entry));
  }

  #find(user: string, signal: AbortSignal): Promise<readonly LdapEntry[]> {
    const { base, scope = 'sub', userDn } = this.#options;
    const filter = this.#filterOf(user, userDn === undefined ? '(uid={user})' : '(objectClass=*)');
    const where =
      userDn === undefined
        ? ({ base: base ?? '', scope } as const)
        : ({ base: this.#dnOf(user), scope: 'base' } as const);
    return this.#searching.use(signal, (link) =>
      link.search({ ...where, filter, attributes: this.#wanted, most: 2 }, signal),
    );
  }

  /** A bind in vain, as for a wrong password. */
  async #nobody(signal: AbortSignal): Promise<undefined> {
    const { base = '', userDn } = this.#options;
    const made = randomBytes(12).toString('hex');
    const dn = userDn === undefined ? `uid=${made},${base}` : this.#dnOf(made);
    await this.#trying.use(signal, (link) => link.bind(dn, made, signal));
    return undefined;
  }

  #rulesOf({ values }: LdapEntry): AccountRules {
    const { attributes = {}, read = plainRules } = this.#options;
    const written = Object.entries(attributes).flatMap(([rule, attribute]) => {
      const said = values.get(attribute.toLowerCase()) ?? [];
      return said.length === 0 ? [] : [[rule, ruleValue(rule, said)] as const];
    });
    try {
      return read(Object.fromEntries(written));
    } catch (error) {
      throw new Error(
        `its attributes say what is no rule: ${error instanceof Error ? error.message : error}`,
      );
    }
  }

  get #nameAttribute(): string {
    return this.#options.nameAttribute ?? 'uid';
  }

  #filterOf(user: string, usual: string): string {
    return filled(this.#options.filter ?? usual, { user }, filterValue);
  }

  #dnOf(user: string): string {
    return filled(this.#options.userDn ?? '', { user }, nameValue);
  }

  #deadline(): AbortSignal {
    return AbortSignal.timeout(this.#options.timeout ?? 5000);
  }

  #gone(error: unknown, { aborted }: AbortSignal): unknown {
    if (error instanceof AccountsUnavailable || !(error instanceof Error)) return error;
    const late = `no answer within ${(this.#options.timeout ?? 5000) / 1000} s`;
    const text = `The LDAP server ${this.#options.url} cannot be used: ${aborted ? late : reasonOf(error)}`;
    return new AccountsUnavailable(text, { cause: error });
  }
}

/** Of the names in the entry the one that was meant: sessions and quotas of Ann and ann are counted together. */
function nameIn(names: readonly string[], given: string): string {
  const folded = (name: string) => name.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
  return names.find((name) => folded(name) === folded(given)) ?? names[0] ?? folded(given);
}

function ruleValue(rule: string, said: readonly string[]): unknown {
  const [first = ''] = said;
  if (lists.has(rule)) return said;
  if (texts.has(rule)) return first;
  if (/^(?:true|false)$/i.test(first)) return first.toLowerCase() === 'true';
  return /^\d{1,15}$/.test(first) ? Number(first) : first;
}
