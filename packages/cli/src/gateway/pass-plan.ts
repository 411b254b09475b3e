import { type Balance, type PassedServer, type PassThroughOptions, routeByRules } from '@duoport/gateway';
import { listeners, type PlannedListener } from '../serve/plan.ts';
import { UsageError } from '../usage-error.ts';
import type { GatewayFlags } from './flags.ts';
import { rulesOf } from './gateway-options.ts';
import type { UpstreamUrl } from './upstream-url.ts';

/** What `gateway --pass-tls` is going to do: the flags, checked and with their defaults. */
export interface PassPlan {
  /** Undefined: the first free one of 21, 2121 and the ports after it. */
  readonly listen: readonly PlannedListener[] | undefined;
  readonly servers: readonly (PassedServer & UpstreamUrl)[];
  readonly singlePort: boolean;
  readonly balance: Balance;
  readonly health: PassThroughOptions['health'];
  readonly proxy: PassThroughOptions['proxy'];
}

/** Flags of what only those can do who read what is said. */
const reading = [
  'forward',
  'transparent',
  'allow',
  'healthUser',
  'serverMode',
  'serverPorts',
  'serverAddress',
  'serverCa',
  'serverFingerprint',
  'serverInsecure',
  'fxp',
  'readOnly',
  'userSessions',
  'userRate',
  'audit',
  'passivePorts',
  'passiveAddress',
  'activeSourcePort',
  'dataTimeout',
  'tlsCert',
  'tlsKey',
  'tlsSelfSigned',
  'requireTls',
  'trace',
] as const satisfies readonly (keyof GatewayFlags)[];

/** Checks what the flags say against each other. Throws UsageError that names the flag. */
export function planPass(flags: GatewayFlags): PassPlan {
  const odd = reading.find((flag) => flags[flag] !== undefined);
  if (odd !== undefined)
    throw new UsageError(
      `${written(odd)} does not go with --pass-tls: nobody reads what is said inside that TLS.`,
    );
  const { to: servers = [], singlePort = false } = flags;
  if (servers.length === 0) throw new UsageError('Say where to: --to ftps://HOST.');
  for (const server of servers) checkServer(server, singlePort);
  const isImplicit = servers.every(({ tls }) => tls === 'implicit');
  return {
    listen:
      listeners(flags) ?? (isImplicit ? [{ host: undefined, port: 990, implicitTls: true }] : undefined),
    servers: servers.map((server) => ({
      ...server,
      tls: server.tls === 'implicit' ? 'implicit' : 'explicit',
      proxy: flags.sendProxy,
    })),
    singlePort,
    balance: flags.balance ?? 'in-order',
    health: flags.healthInterval === undefined ? undefined : { interval: flags.healthInterval },
    proxy: { control: flags.proxyFrom, data: flags.proxyDataFrom },
  };
}

function checkServer({ tls, service, data, who = {} }: UpstreamUrl, singlePort: boolean): void {
  if (tls === 'none') throw new UsageError('--pass-tls is for servers with TLS: write --to ftps://HOST.');
  if (service === true)
    throw new UsageError(
      '--pass-tls maps the ports of each server, so each is named: write --to ftps://HOST without +srv.',
    );
  if (who.users !== undefined || who.hosts !== undefined)
    throw new UsageError(
      'user: and host: are said inside TLS: with --pass-tls servers are chosen by sni: and net:.',
    );
  if (singlePort === (data === undefined)) return;
  throw new UsageError(
    singlePort
      ? '--single-port takes data connections on the control port: leave out ;data=.'
      : "TLS hides which data port is meant: write --to 'ftps://HOST;data=50000-50099' with the passive range of the server, or --single-port when it is duoport serve --single-port.",
  );
}

/** `--server-mode` */
function written(flag: string): string {
  return `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The plan in the gateway's words. Where to listen is the caller's. */
export function passOptions(
  { servers, listen, singlePort, balance, health, proxy }: PassPlan,
  tellers: Pick<PassThroughOptions, 'log' | 'onHealth'>,
): Omit<PassThroughOptions, 'listen'> {
  const rules = rulesOf(servers);
  const dataHost = listen?.find(({ host }) => host !== undefined)?.host;
  return {
    ...tellers,
    to: servers,
    route: rules && routeByRules(rules),
    singlePort,
    balance,
    health,
    proxy,
    dataHost,
  };
}
