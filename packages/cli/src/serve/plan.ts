import { readdir } from 'node:fs/promises';
import type { CertificateAccountsOptions } from '@duoport/accounts';
import type { AdvertisedRule } from '@duoport/net';
import type { AccountRules, Permission } from '@duoport/server';
import { permissionsOf, rulesOfWords } from '../accounts/settings-rules.ts';
import type { Effective } from '../config/load-settings.ts';
import type { Settings } from '../config/schema.ts';
import type { ServeFlags } from '../flags/serve-flags.ts';
import type { ModeSet, PortRange } from '../flags/values.ts';
import { printable } from '../printable.ts';
import { checkSeeing } from '../seeing/check-seeing.ts';
import type { Certificate } from './certificate.ts';
import { readableFolder } from './folder.ts';
import { makePassword } from './made-password.ts';
import { databaseOf, type PlannedSource, planSources } from './planned-sources.ts';
import { planTls, type TlsPlan } from './tls-plan.ts';

/** One address to listen on. */
export interface PlannedListener {
  readonly host: string | undefined;
  readonly port: number;
  readonly implicitTls: boolean;
}

type PlannedRules = Omit<AccountRules, 'directory' | 'home' | 'permissions'>;

interface PlannedUser {
  readonly name: string;
  /** Of the two there is one. */
  readonly password: string | undefined;
  readonly hash: string | undefined;
  readonly rules: PlannedRules;
  readonly permissions: ReadonlySet<Permission>;
  /** Absolute. */
  readonly folder: string;
  /** Where in the folder the user begins. */
  readonly home: string;
}

/** What `serve` is going to do: the settings, checked against the disk. Plain data: worker processes get it too. */
export interface ServePlan {
  /** Absolute. */
  readonly folder: string;
  /** Undefined: the first free one of 21, 2121 and the ports after it. */
  readonly listen: readonly PlannedListener[] | undefined;
  readonly users: readonly PlannedUser[];
  /** The password of the first user was made up. */
  readonly generated: boolean;
  /** More users, from these places in this order. */
  readonly sources: readonly PlannedSource[];
  /** What the certificates of clients are worth; undefined: nothing. */
  readonly certificateLogins: CertificateAccountsOptions | undefined;
  /** The first database among them: an absolute path, or a URL. */
  readonly accounts: string | undefined;
  readonly anonymous: boolean;
  readonly anonymousFolder: string;
  /** Where in it guests may store, as they see it. */
  readonly dropFolder: string | undefined;
  readonly modes: ModeSet;
  readonly passivePorts: PortRange;
  readonly passiveAddress: readonly AdvertisedRule[] | undefined;
  /** Passive data connections come in on the control port; `passivePorts` is then of no use. */
  readonly singlePort: boolean;
  /** Processes that run sessions; with one it is this process. */
  readonly workers: number;
  readonly activeSourcePort: number | undefined;
  readonly tls: TlsPlan;
  /** The first of `tls`. */
  readonly certificate: Certificate | undefined;
  readonly requireTls: Settings['tls']['require'];
  /** What is told of it, and to whom. */
  readonly seeing: Pick<Settings, 'logs' | 'metrics' | 'hooks'>;
  /** What goes to the server as it is. */
  readonly server: Pick<
    Settings,
    'data' | 'tls' | 'limits' | 'defence' | 'timeouts' | 'uploads' | 'protocol' | 'proxy' | 'router'
  >;
  /** A file at the top of the folder, for the ready-made command lines. */
  readonly sample: string | undefined;
}

/**
 * Looks for what the settings name on the disk. `used`: the database of the usual place, where there is one; it counts beside
 * the users of a settings file, and without one when nobody is named. `env` says where state is kept. Throws UsageError that names the
 * flag, or the line of the file.
 */
export async function planServe(
  { settings, origins }: Effective,
  used?: string | undefined,
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<ServePlan> {
  const { passive, active, anonymous, tls, workers } = settings;
  await checkSeeing({ settings, origins });
  const ownTls = await planTls({ settings, origins }, env);
  const folderAt = (path: string, folder: string) => readableFolder(folder, origins.label(path));
  const named = settings.users !== undefined || anonymous.enabled || settings.accounts !== undefined;
  const usual = settings.accounts === undefined && (!named || origins.hasFile);
  const sources = await planSources(usual ? undefined : { settings, origins }, used);
  const nobodyNamed = !named && sources.length === 0;
  // A folder that nobody sees need not be there.
  const shared =
    nobodyNamed ||
    sources.length > 0 ||
    (anonymous.enabled && anonymous.directory === undefined) ||
    (settings.users ?? []).some(({ directory }) => directory === undefined);
  const folder =
    shared || origins.isSet('directory')
      ? await folderAt('directory', settings.directory)
      : (settings.users?.[0]?.directory ?? '/');
  const users: PlannedUser[] = [];
  for (const [index, user] of (settings.users ?? []).entries()) {
    const { directory } = user;
    const own = directory === undefined ? folder : await folderAt(`users.${index}.directory`, directory);
    for (const each of Object.values(user.folders ?? {})) await folderAt(`users.${index}.folders`, each);
    users.push(plannedUser(user, own));
  }
  if (nobodyNamed) users.push(plannedUser({ ...nobody, password: makePassword() }, folder));
  return {
    folder,
    listen: settings.listeners?.map(({ host, port, tls: how }) => ({
      host,
      port,
      implicitTls: how === 'implicit',
    })),
    users,
    generated: nobodyNamed,
    sources,
    certificateLogins: certificateLoginsOf(settings['certificate-logins']),
    accounts: databaseOf(sources),
    anonymous: anonymous.enabled,
    anonymousFolder:
      anonymous.directory === undefined ? folder : await folderAt('anonymous.directory', anonymous.directory),
    dropFolder: anonymous['drop-folder'],
    modes: { passive: passive.enabled, active: active.enabled },
    passivePorts: passive.ports,
    passiveAddress: passive.addresses?.map(ruleOf) ?? outsideRules(settings),
    singlePort: passive['single-port'],
    workers,
    activeSourcePort: active['source-port'],
    tls: ownTls,
    certificate: ownTls.certificates[0],
    requireTls: tls.require,
    seeing: { logs: settings.logs, metrics: settings.metrics, hooks: settings.hooks },
    server: {
      data: settings.data,
      tls,
      limits: settings.limits,
      defence: settings.defence,
      timeouts: settings.timeouts,
      uploads: settings.uploads,
      protocol: settings.protocol,
      proxy: settings.proxy,
      router: settings.router,
    },
    sample: await sampleFile(folder),
  };
}

function certificateLoginsOf({
  policy,
  names,
  users,
}: Settings['certificate-logins']): CertificateAccountsOptions | undefined {
  return policy === 'off' ? undefined : { policy, names, users };
}

type UserSettings = NonNullable<Settings['users']>[number];

const nobody: UserSettings = { name: 'duoport', permissions: 'all', home: '/' };

function plannedUser(user: UserSettings, folder: string): PlannedUser {
  const { name, password, 'password-hash': hash, home, permissions, ...words } = user;
  const { directory: _, ...rules } = rulesOfWords(words);
  return { name, password, hash, permissions: permissionsOf(permissions), folder, home, rules };
}

/** Networks that the outside is not in. */
const insideNetworks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', '127.0.0.0/8'];

/** Behind a router that opens its ports: who is inside dials this machine, who is outside the router. */
function outsideRules({ router }: Settings): readonly AdvertisedRule[] | undefined {
  if (router.open === 'no') return undefined;
  const address = router.address === undefined ? 'router' : `router:${router.address}`;
  return [{ clients: insideNetworks, address: 'local' }, { address }];
}

/** A rule of `passive.addresses` as the server has it. */
export function ruleOf({
  address,
  clients,
  'port-offset': portOffset,
}: NonNullable<Settings['passive']['addresses']>[number]): AdvertisedRule {
  return {
    address,
    ...(clients === undefined ? {} : { clients }),
    ...(portOffset === 0 ? {} : { portOffset }),
  };
}

/** Undefined: nobody has said where. */
export function listeners(
  flags: Pick<ServeFlags, 'listen' | 'listenTls'>,
): readonly PlannedListener[] | undefined {
  const { listen, listenTls = [] } = flags;
  if (listen === undefined && listenTls.length === 0) return undefined;
  return [
    ...(listen ?? []).map((where) => ({ ...where, implicitTls: false })),
    ...listenTls.map((where) => ({ ...where, implicitTls: true })),
  ];
}

/** A file whose name needs no quoting anywhere makes the best example; then any other that can be printed. */
async function sampleFile(folder: string): Promise<string | undefined> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter(
    (entry) => entry.isFile() && !entry.name.startsWith('.') && !entry.name.startsWith('-'),
  );
  const names = files.map((entry) => entry.name).sort();
  return (
    names.find((name) => /^[\w.-]+$/.test(name)) ??
    names.find((name) => printable(name) === name && !name.includes('\ufffd'))
  );
}
