import type { ServeFlags } from '../flags/serve-flags.ts';
import type { UserSpec } from '../flags/values.ts';
import { sourceOf } from './accounts-schema.ts';
import { flagOf, type Origin } from './origins.ts';
import type { Settings } from './schema.ts';

type SectionOf<Key extends keyof Settings> = Partial<Settings[Key]>;

/** The settings with what was typed on the command line in their place, and which keys that were. */
export function withFlags(
  settings: Settings,
  directory: string | undefined,
  flags: Partial<ServeFlags>,
): { readonly settings: Settings; readonly origins: ReadonlyMap<string, Origin> } {
  const origins = new Map<string, Origin>();
  const key = <T>(path: string, value: T | undefined): Record<string, T> => {
    if (value === undefined) return {};
    origins.set(path, { kind: 'flag', flag: flagOf(path) });
    return { [path.slice(path.lastIndexOf('.') + 1)]: value };
  };
  const { modes } = flags;
  const listeners = listenersOf(flags);
  return {
    origins,
    settings: {
      ...settings,
      ...key('directory', directory),
      ...key('listeners', listeners),
      ...key('users', flags.user?.map(userOf)),
      ...key('accounts', flags.accounts === undefined ? undefined : [sourceOf(flags.accounts)]),
      ...key('workers', flags.workers),
      anonymous: { ...settings.anonymous, ...key('anonymous.enabled', flags.anonymous) },
      passive: {
        ...settings.passive,
        ...key('passive.enabled', modes?.passive),
        ...key('passive.ports', flags.passivePorts),
        ...key('passive.addresses', flags.passiveAddress?.map(addressOf)),
        ...key('passive.single-port', flags.singlePort),
      },
      active: {
        ...settings.active,
        ...key('active.enabled', modes?.active),
        ...key('active.source-port', flags.activeSourcePort),
      },
      router: { ...settings.router, ...key('router.open', flags.openRouter === true ? 'auto' : undefined) },
      tls: { ...settings.tls, ...tlsOf(flags, key) },
      timeouts: {
        ...settings.timeouts,
        ...key('timeouts.data', flags.dataTimeout),
        ...key('timeouts.shutdown', flags.grace),
      },
      logs: {
        ...settings.logs,
        ...key('logs.format', flags.json === true ? 'json' : undefined),
        ...key('logs.level', levelOf(flags)),
        ...key('logs.trace', flags.trace),
      },
    } as Settings,
  };
}

function userOf({ readOnly, ...user }: UserSpec): NonNullable<Settings['users']>[number] {
  return { ...user, permissions: readOnly ? 'read' : 'all', home: '/' };
}

function listenersOf({ listen, listenTls }: Partial<ServeFlags>): Settings['listeners'] {
  if (listen === undefined && listenTls === undefined) return undefined;
  const of = (list: ServeFlags['listen'], tls: 'explicit' | 'implicit') =>
    (list ?? []).map(({ host, port }) => ({ ...(host === undefined ? {} : { host }), port, tls }));
  return [...of(listen, 'explicit'), ...of(listenTls, 'implicit')];
}

function addressOf({ address, clients, portOffset = 0 }: NonNullable<ServeFlags['passiveAddress']>[number]) {
  return { address, ...(clients === undefined ? {} : { clients: [...clients] }), 'port-offset': portOffset };
}

/** A certificate that is typed goes before one that is made by itself, and the other way round. */
function tlsOf(
  { tlsCert, tlsKey, tlsSelfSigned, requireTls }: Partial<ServeFlags>,
  key: <T>(path: string, value: T | undefined) => Record<string, T>,
): SectionOf<'tls'> {
  return {
    ...(tlsSelfSigned === true ? { certificate: undefined, key: undefined } : {}),
    ...(tlsCert === undefined ? {} : { 'self-signed': false }),
    ...key('tls.certificate', tlsCert),
    ...key('tls.key', tlsKey),
    ...key('tls.self-signed', tlsSelfSigned),
    ...key('tls.require', requireTls),
  };
}

function levelOf({ quiet, verbose }: Partial<ServeFlags>): Settings['logs']['level'] | undefined {
  if (quiet === true) return 'quiet';
  return verbose === true ? 'verbose' : undefined;
}
