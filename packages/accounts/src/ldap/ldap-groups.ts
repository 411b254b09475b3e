import type { AccountRules, Refusal } from '@duoport/server';
import { filled, filterValue } from './escape.ts';
import type { LdapEntry, LdapLink } from './ldap-link.ts';

export interface LdapGroupOptions {
  /** Where groups are searched. */
  readonly groupBase?: string | undefined;
  /** `{user}` is the name, `{dn}` the distinguished name. Default: the usual ways to write a member. */
  readonly groupFilter?: string | undefined;
  /** The attribute with the name of a group. Default `cn`. */
  readonly groupName?: string | undefined;
  /** An attribute of the user that names the groups, by distinguished name or by name: `memberOf`. */
  readonly memberOf?: string | undefined;
  /** Only who is in one of these is let in. */
  readonly onlyGroups?: readonly string[] | undefined;
  /** Rules of the members; a later group wins over an earlier one. */
  readonly groupRules?: Readonly<Record<string, AccountRules>> | undefined;
}

const usualFilter = '(|(member={dn})(uniqueMember={dn})(memberUid={user}))';
/** Groups of one user. */
const most = 1000;

/** Which groups of the directory a user is in, and what follows from it. Names of groups are compared without case. */
export class LdapGroups {
  readonly #options: LdapGroupOptions;

  constructor(options: LdapGroupOptions) {
    this.#options = options;
  }

  /** Attributes of the user's entry that are needed. */
  get wanted(): readonly string[] {
    const { memberOf } = this.#options;
    return memberOf === undefined ? [] : [memberOf];
  }

  async of(about: {
    readonly user: string;
    readonly entry: LdapEntry;
    readonly link: LdapLink;
    readonly signal: AbortSignal;
  }): Promise<ReadonlySet<string>> {
    const { user, entry, link, signal } = about;
    const { groupBase: base, groupFilter = usualFilter, groupName = 'cn', memberOf } = this.#options;
    const named = memberOf === undefined ? [] : (entry.values.get(memberOf.toLowerCase()) ?? []);
    const filter = filled(groupFilter, { user, dn: entry.dn }, filterValue);
    const search = { scope: 'sub', filter, attributes: [groupName], most } as const;
    const found = base === undefined ? [] : await link.search({ ...search, base }, signal);
    const names = found.flatMap(({ values }) => values.get(groupName.toLowerCase()) ?? []);
    return new Set([...named.map(nameOfGroup), ...names].map((name) => name.toLowerCase()));
  }

  refusalOf(groups: ReadonlySet<string>): Refusal | undefined {
    const { onlyGroups } = this.#options;
    if (onlyGroups === undefined || onlyGroups.some((name) => groups.has(name.toLowerCase())))
      return undefined;
    return { because: `it is in none of the groups ${onlyGroups.join(', ')}` };
  }

  rulesOf(groups: ReadonlySet<string>): readonly AccountRules[] {
    return Object.entries(this.#options.groupRules ?? {}).flatMap(([name, rules]) =>
      groups.has(name.toLowerCase()) ? [rules] : [],
    );
  }
}

/** `cn=staff,ou=groups,dc=example` is called staff; what is no distinguished name is the name. */
function nameOfGroup(text: string): string {
  const [, value] = /^[\w.-]+=((?:[^,\\]|\\.)*)(?:,|$)/.exec(text) ?? [];
  if (value === undefined) return text;
  return value.replace(/\\(?:([\da-f]{2})|(.))/gi, (_, hex: string | undefined, one: string | undefined) =>
    hex === undefined ? (one ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
