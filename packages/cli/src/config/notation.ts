import { shownPlace } from '../accounts/place.ts';
import type { SourceSettings } from './accounts-schema.ts';
import { defenceTimes } from './defence-schema.ts';
import type { Settings } from './schema.ts';
import type { Tree } from './tree.ts';

type User = NonNullable<Settings['users']>[number];

/** What stands for a secret wherever settings are shown. */
const hidden = '********';

/** The settings as they would be written in a file, but for passwords; what nobody has set and has no plain default is left out. */
export function notation(settings: Settings): Tree {
  const {
    listeners,
    users,
    accounts,
    passive,
    tls,
    acme,
    timeouts,
    uploads,
    metrics,
    hooks,
    defence,
    router,
    ...rest
  } = settings;
  return present({
    ...rest,
    listeners: listeners?.map(({ host, port, tls }) =>
      tls === 'explicit' ? listenText(host, port) : present({ host, port, tls }),
    ),
    accounts: accounts?.map(sourceTree),
    users: users?.map(userTree),
    passive: present({
      ...passive,
      ports: rangeText(passive.ports),
      addresses: passive.addresses?.map(({ 'port-offset': offset, ...address }) =>
        present({ ...address, 'port-offset': offset === 0 ? undefined : offset }),
      ),
    }),
    uploads: present({
      ...uploads,
      // Set beside `direct` it would be refused, for it does nothing there.
      'stale-after': uploads.mode === 'atomic' ? timeText(uploads['stale-after']) : undefined,
      'disk-floor': uploads['disk-floor'] && floorText(uploads['disk-floor']),
    }),
    metrics: present({
      listen: metrics.listen && listenText(metrics.listen.host, metrics.listen.port),
    }),
    hooks: hooks?.map(hookTree),
    tls: present(tls),
    acme: present({ ...acme, listen: acme.listen && listenText(acme.listen.host, acme.listen.port) }),
    router: present({ ...router, lifetime: timeText(router.lifetime) }),
    defence: {
      ...defence,
      ...Object.fromEntries(defenceTimes.map((key) => [key, timeText(defence[key])])),
    },
    timeouts: Object.fromEntries(Object.entries(timeouts).map(([key, time]) => [key, timeText(time)])),
  });
}

function userTree({ password, expires, ...user }: User): Tree {
  const hash = user['password-hash'];
  return present({
    ...user,
    password: password === undefined ? undefined : hidden,
    'password-hash': hash === undefined ? undefined : hidden,
    expires: expires === undefined ? undefined : new Date(expires).toISOString().replace('.000Z', 'Z'),
  });
}

/** A place that needs no more than a word is one. */
function sourceTree(source: SourceSettings): unknown {
  if (source.type === 'database' && !source.optional) return shownPlace(source.at);
  if (source.type === 'database') return { ...source, at: shownPlace(source.at) };
  const tree = { ...source, timeout: 'timeout' in source ? timeText(source.timeout) : undefined };
  if (source.type === 'http')
    return present({ ...tree, secret: hidden, remember: source.remember && timeText(source.remember) });
  if (source.type !== 'ldap') return present(tree);
  return present({ ...tree, 'bind-password': source['bind-password'] === undefined ? undefined : hidden });
}

function hookTree({ secret, url, timeout, ...hook }: NonNullable<Settings['hooks']>[number]): Tree {
  return present({
    ...hook,
    url: url === undefined ? undefined : shownPlace(url),
    secret: secret === undefined ? undefined : hidden,
    timeout: timeText(timeout),
  });
}

/** `21`, `192.0.2.1:21`, `[::1]:21` */
function listenText(host: string | undefined, port: number): string | number {
  if (host === undefined) return port;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

export function rangeText({ low, high }: { readonly low: number; readonly high: number }): string {
  return `${low}-${high}`;
}

/** Bytes in the largest unit that holds them whole. */
function floorText(floor: NonNullable<Settings['uploads']['disk-floor']>): string {
  if ('percent' in floor) return `${floor.percent}%`;
  const units = ['T', 'G', 'M', 'k'] as const;
  const power = units.findIndex((_, index) => floor.bytes % 1000 ** (4 - index) === 0);
  const unit = units[power];
  return unit === undefined || floor.bytes === 0
    ? `${floor.bytes}`
    : `${floor.bytes / 1000 ** (4 - power)}${unit}`;
}

/** Milliseconds in the largest unit that holds them whole. */
function timeText(milliseconds: number): string {
  const units = [
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ] as const;
  const unit = units.find(([, size]) => milliseconds % size === 0);
  return unit === undefined ? `${milliseconds}ms` : `${milliseconds / unit[1]}${unit[0]}`;
}

function present(tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([, value]) => value !== undefined));
}
