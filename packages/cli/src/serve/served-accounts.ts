import {
  type AccountFiles,
  type Accounts,
  type Files,
  KeptPassword,
  MemoryAccounts,
  type Usage,
  type UserOptions,
  wrongPassword,
} from '@duoport/server';
import type { ServePlan } from './plan.ts';
import { sourceAccounts } from './sources.ts';

/** Who may come in: the users of the settings, and those of other places. */
export function servedAccounts(
  plan: ServePlan,
  { open, usage }: { readonly open: (folder: string) => Files; readonly usage: Usage },
): Accounts {
  // A hash takes its time, and then everybody has to: how long it takes shall not tell who is known.
  const slow = plan.users.some(({ hash }) => hash !== undefined);
  const users = plan.users.map(({ folder, hash, password = '', ...user }) => ({
    ...user,
    files: open(folder),
    password: hash === undefined ? (slow ? slowly(password) : password) : byHash(hash),
  }));
  const named = new MemoryAccounts({
    users,
    open,
    usage,
    ...(plan.anonymous ? { anonymous: anonymousOf(plan, open) } : {}),
    ...(slow ? { nobody: verifyNothing } : {}),
  });
  const { sources, certificateLogins, folder } = plan;
  return sources.length === 0 && certificateLogins === undefined
    ? named
    : inOrder(named, { sources, certificateLogins, files: { files: open(folder), open, usage } });
}

function anonymousOf({ anonymousFolder, dropFolder }: ServePlan, filesOf: (folder: string) => Files) {
  const files = filesOf(anonymousFolder);
  return dropFolder === undefined
    ? { files }
    : { files, rules: { paths: { [dropFolder]: ['write'] as const } } };
}

/** Whoever is named in the settings is meant by the name; the others are asked about in their order. */
function inOrder(
  named: MemoryAccounts,
  {
    sources,
    certificateLogins,
    files,
  }: Pick<ServePlan, 'sources' | 'certificateLogins'> & { readonly files: AccountFiles },
): Accounts {
  const first: Accounts = {
    begin: (attempt) => named.begin(attempt),
    login: async (attempt) =>
      named.has(attempt.user) ? ((await named.login(attempt)) ?? wrongPassword) : undefined,
  };
  let loading: Promise<Accounts> | undefined;
  const load = async (): Promise<Accounts> => {
    const { AccountChain, CertificateAccounts } = await import('@duoport/accounts');
    const others = sources.map(async (source) => ({
      accounts: await sourceAccounts(source, files),
      optional: source.optional,
    }));
    const chain = new AccountChain([{ accounts: first }, ...(await Promise.all(others))]);
    return certificateLogins === undefined ? chain : new CertificateAccounts(chain, certificateLogins);
  };
  // Loaded at the first login: nobody waits for what is not asked.
  const chain = (): Promise<Accounts> => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
  return {
    begin: async (attempt) => (await (await chain()).begin?.(attempt)) ?? 'password',
    login: async (attempt) => (await chain()).login(attempt),
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
