import type { AccountStore } from '@duoport/accounts-sql';
import {
  type AccountFiles,
  type Accounts,
  type Files,
  KeptPassword,
  MemoryAccounts,
  type UserOptions,
} from '@duoport/server';
import type { ServePlan } from './plan.ts';

/** Who may come in: the users of the settings, and those of a database where there is one. */
export function servedAccounts(plan: ServePlan, filesOf: (folder: string) => Files): Accounts {
  // A hash takes its time, and then everybody has to: how long it takes shall not tell who is known.
  const slow = plan.accounts !== undefined || plan.users.some(({ hash }) => hash !== undefined);
  const users = plan.users.map(({ folder, hash, password = '', ...user }) => ({
    ...user,
    files: filesOf(folder),
    password: hash === undefined ? (slow ? slowly(password) : password) : byHash(hash),
  }));
  const named = new MemoryAccounts({
    users,
    open: filesOf,
    ...(plan.anonymous ? { anonymous: anonymousOf(plan, filesOf) } : {}),
    ...(slow ? { nobody: verifyNothing } : {}),
  });
  return plan.accounts === undefined
    ? named
    : withDatabase(named, plan.accounts, { files: filesOf(plan.folder), open: filesOf });
}

function anonymousOf({ anonymousFolder, dropFolder }: ServePlan, filesOf: (folder: string) => Files) {
  const files = filesOf(anonymousFolder);
  return dropFolder === undefined
    ? { files }
    : { files, rules: { paths: { [dropFolder]: ['write'] as const } } };
}

/** Whoever is named in the settings is meant by the name. */
function withDatabase(named: MemoryAccounts, place: string, files: AccountFiles): Accounts {
  const stored = databaseAccounts(place, files);
  return {
    begin: (attempt) => named.begin(attempt),
    login: async (attempt) =>
      named.has(attempt.user) ? named.login(attempt) : (await stored()).login(attempt),
  };
}

/** Databases by their place: new settings go on with the connections that there are. */
const stores = new Map<string, Promise<AccountStore>>();

/** Loaded at the first login: nobody else waits for the databases. */
function databaseAccounts(place: string, files: AccountFiles): () => Promise<Accounts> {
  let loading: Promise<Accounts> | undefined;
  const load = async (): Promise<Accounts> => {
    const { openAccounts, SqlAccounts } = await import('@duoport/accounts-sql');
    const store = stores.get(place) ?? openAccounts(place);
    stores.set(place, store);
    return new SqlAccounts(await store, files);
  };
  return () => {
    loading ??= load();
    return loading;
  };
}

function byHash(hash: string): Exclude<UserOptions['password'], string> {
  return async (given) => {
    const { verifyPassword } = await import('@duoport/passwords');
    return (await verifyPassword(hash, given)).matches;
  };
}

function slowly(password: string): Exclude<UserOptions['password'], string> {
  const kept = new KeptPassword(password);
  return async (given) => kept.matches(given) || (await verifyNothing(given));
}

async function verifyNothing(given: string): Promise<boolean> {
  const { verifyPassword } = await import('@duoport/passwords');
  return (await verifyPassword(undefined, given)).matches;
}
