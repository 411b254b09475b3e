import type { HttpAccounts, LdapAccounts, RulesReader, SystemAccounts } from '@duoport/accounts';
import type { AccountStore } from '@duoport/accounts-sql';
import type { AccountFiles, Accounts } from '@duoport/server';
import type { PlannedSource } from './planned-sources.ts';

/** Databases by their place: new settings go on with the connections that there are. */
const stores = new Map<string, Promise<AccountStore>>();

/** One source of users. What it needs is loaded here and not before. */
export async function sourceAccounts(planned: PlannedSource, files: AccountFiles): Promise<Accounts> {
  if (planned.type === 'database') {
    const { openAccounts, SqlAccounts } = await import('@duoport/accounts-sql');
    const store = stores.get(planned.place) ?? openAccounts(planned.place);
    stores.set(planned.place, store);
    return new SqlAccounts(await store, files);
  }
  if (planned.type !== 'module') return askable(planned, files);
  const { loadAccountsModule, ModuleAccounts } = await import('@duoport/accounts');
  const { path, version, timeout, rules } = planned;
  const read = await reader();
  return new ModuleAccounts({
    ...files,
    module: await loadAccountsModule(path, version),
    timeout,
    rules,
    read,
  });
}

/** Why the users of this place cannot be asked now; undefined when they can. */
export async function sourceFault(planned: PlannedSource): Promise<string | undefined> {
  try {
    if (planned.type === 'database') await checkDatabase(planned.place);
    // A module was loaded when the settings were read.
    else if (planned.type !== 'module') await checkSource(await askable(planned, {}));
    return undefined;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return text.endsWith('.') ? text : `${text}.`;
  }
}

type Askable = Exclude<PlannedSource, { readonly type: 'database' | 'module' }>;

async function askable(
  planned: Askable,
  files: AccountFiles,
): Promise<LdapAccounts | HttpAccounts | SystemAccounts> {
  const { LdapAccounts, HttpAccounts, SystemAccounts } = await import('@duoport/accounts');
  switch (planned.type) {
    case 'ldap':
      return new LdapAccounts({ ...planned.options, ...files, read: byValues(await reader()) });
    case 'http':
      return new HttpAccounts({ ...planned.options, ...files, read: await reader() });
    case 'system':
      return new SystemAccounts({ ...planned.options, ...files });
  }
}

/** Attributes are lists: `read` and `all` are words for several permissions. */
function byValues(read: RulesReader): RulesReader {
  return ({ permissions, ...written }) => {
    const one = Array.isArray(permissions) && permissions.length === 1 ? permissions[0] : undefined;
    const meant = one === 'all' || one === 'read' ? one : permissions;
    return read(meant === undefined ? written : { ...written, permissions: meant });
  };
}

async function reader() {
  return (await import('../accounts/settings-rules.ts')).readRules;
}

async function checkDatabase(place: string): Promise<void> {
  const { openAccounts } = await import('@duoport/accounts-sql');
  const store = await openAccounts(place);
  try {
    await store.users();
  } finally {
    await store.close();
  }
}

async function checkSource(source: LdapAccounts | HttpAccounts | SystemAccounts): Promise<void> {
  try {
    await source.check();
  } finally {
    if ('close' in source) source.close();
  }
}
