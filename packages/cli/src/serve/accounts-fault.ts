import type { AccountStore } from '@duoport/accounts-sql';

/** Why the users of this database cannot be asked now; undefined when they can. */
export async function accountsFault(place: string): Promise<string | undefined> {
  const { openAccounts } = await import('@duoport/accounts-sql');
  let store: AccountStore | undefined;
  try {
    store = await openAccounts(place);
    await store.users();
    return undefined;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return text.endsWith('.') ? text : `${text}.`;
  } finally {
    await store?.close();
  }
}
