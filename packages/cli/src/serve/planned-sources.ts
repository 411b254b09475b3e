import { readFile, stat } from 'node:fs/promises';
import type { HttpAccountsOptions, LdapAccountsOptions, SystemAccountsOptions } from '@duoport/accounts';
import type { AccountRules } from '@duoport/server';
import { shownPlace } from '../accounts/place.ts';
import { rulesOfWords } from '../accounts/settings-rules.ts';
import type { SourceSettings } from '../config/accounts-schema.ts';
import type { Effective } from '../config/load-settings.ts';
import { UsageError } from '../usage-error.ts';

/** A place that users come from. Plain data. */
export type PlannedSource = {
  /** For people, without what is secret. */
  readonly shown: string;
  /** `duoport.yaml, line 4: accounts 1: ` */
  readonly where: string;
  readonly optional: boolean;
} & (
  | { readonly type: 'database'; readonly place: string }
  | { readonly type: 'ldap'; readonly options: Omit<LdapAccountsOptions, 'read'> }
  | { readonly type: 'http'; readonly options: Omit<HttpAccountsOptions, 'read'> }
  | { readonly type: 'system'; readonly options: SystemAccountsOptions }
  | {
      readonly type: 'module';
      readonly path: string;
      /** Another one: the file was changed. */
      readonly version: string;
      readonly timeout: number;
      readonly rules: AccountRules;
    }
);

/** The sources of the settings, with what stands in other files; without settings the database that is there. Throws UsageError. */
export async function planSources(
  effective: Effective | undefined,
  used: string | undefined,
): Promise<readonly PlannedSource[]> {
  if (effective === undefined) return used === undefined ? [] : [database(used, false, '')];
  const { settings, origins } = effective;
  const planned: PlannedSource[] = [];
  for (const [index, source] of (settings.accounts ?? []).entries()) {
    const where = (key?: string) => origins.where(`accounts.${index}${key === undefined ? '' : `.${key}`}`);
    planned.push(await plannedSource(source, where));
  }
  return planned;
}

export function databaseOf(sources: readonly PlannedSource[]): string | undefined {
  return sources.find((source) => source.type === 'database')?.place;
}

function database(place: string, optional: boolean, where: string): PlannedSource {
  return { type: 'database', shown: shownPlace(place), where, optional, place };
}

async function plannedSource(
  source: SourceSettings,
  where: (key?: string) => string,
): Promise<PlannedSource> {
  const { optional } = source;
  switch (source.type) {
    case 'database':
      return database(source.at, optional, where());
    case 'module': {
      const { path, timeout } = source;
      const version = await loaded(path, where('path'));
      const rules = rulesOfWords(source.rules ?? {});
      return { type: 'module', shown: path, where: where(), optional, path, version, timeout, rules };
    }
    case 'http': {
      const { type, url, ca, rules, optional: _, ...options } = source;
      const { origin, pathname } = new URL(url);
      const more = { ca: await authority(ca, where('ca')), rules: rulesOfWords(rules ?? {}) };
      return {
        type,
        shown: `${origin}${pathname}`,
        where: where(),
        optional,
        options: { ...options, url, ...more },
      };
    }
    case 'system': {
      const { 'min-uid': minUid, 'check-shell': checkShell } = source;
      const options = { minUid, checkShell, rules: rulesOfWords(source.rules ?? {}) };
      return { type: 'system', shown: 'this system', where: where(), optional, options };
    }
    case 'ldap': {
      const ca = await authority(source.ca, where('ca'));
      return { type: 'ldap', shown: source.url, where: where(), optional, options: ldapOptions(source, ca) };
    }
  }
}

function ldapOptions(
  source: Extract<SourceSettings, { readonly type: 'ldap' }>,
  ca: string | undefined,
): LdapAccountsOptions {
  const { url, tls, base, scope, filter, attributes, timeout, connections, groups } = source;
  return {
    url,
    startTls: url.startsWith('ldap:') && (tls ?? (isHere(url) ? 'none' : 'start')) === 'start',
    ca,
    bindDn: source['bind-dn'],
    bindPassword: source['bind-password'],
    base,
    scope,
    filter,
    userDn: source['user-dn'],
    nameAttribute: source['name-attribute'],
    attributes,
    groupBase: source['group-base'],
    groupFilter: source['group-filter'],
    groupName: source['group-name'],
    memberOf: source['member-of'],
    onlyGroups: source['only-groups'],
    groupRules:
      groups &&
      Object.fromEntries(Object.entries(groups).map(([name, words]) => [name, rulesOfWords(words)])),
    timeout,
    connections,
    rules: rulesOfWords(source.rules ?? {}),
  };
}

function isHere(url: string): boolean {
  return /^ldap:\/\/(?:localhost|127(?:\.\d+){3}|\[::1\])(?:[:/]|$)/.test(url);
}

async function authority(file: string | undefined, where: string): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    const text = await readFile(file, 'utf8');
    if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  } catch (cause) {
    throw new UsageError(`${where}${file} cannot be read (${codeOf(cause)}).`, { cause });
  }
  throw new UsageError(`${where}${file} has no certificate in it: a PEM file is needed.`);
}

/** Loads the module once to see whether it works; returns what tells its versions apart. */
async function loaded(file: string, where: string): Promise<string> {
  const { loadAccountsModule } = await import('@duoport/accounts');
  try {
    const { mtimeMs, size } = await stat(file);
    const version = `${mtimeMs}-${size}`;
    await loadAccountsModule(file, version);
    return version;
  } catch (cause) {
    const because = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new UsageError(`${where}The module cannot be used: ${because}.`, { cause });
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
