import type { Balance, HealthOptions, Neighbours, ServerMode, Upstream } from '@duoport/gateway';
import { type AdvertisedRule, networkSet, type PeerPolicy, type UserLimits } from '@duoport/net';
import { parseAddress } from '@duoport/protocol';
import { readText } from '../flags/connection-flags.ts';
import { defaultPassivePorts, type PortRange } from '../flags/values.ts';
import { type Certificate, certificateOf, checkCertificateFlags } from '../serve/certificate.ts';
import { listeners, type PlannedListener } from '../serve/plan.ts';
import { UsageError } from '../usage-error.ts';
import type { GatewayFlags } from './flags.ts';
import type { UpstreamUrl } from './upstream-url.ts';
import { type ClientChoice, clientChoice } from './way.ts';

/** What `gateway` is going to do: the flags, checked and with their defaults. */
export interface GatewayPlan {
  /** Undefined: the first free one of 21, 2121 and the ports after it. */
  readonly listen: readonly PlannedListener[] | undefined;
  /** None when the client chooses its server. */
  readonly servers: readonly (Upstream & UpstreamUrl)[];
  readonly choice: ClientChoice | undefined;
  /** How a server is spoken to that the client chooses. */
  readonly server: Omit<Upstream, 'host' | 'port' | 'tls'>;
  /** Networks of proxies that say whose connection it is. */
  readonly proxy: {
    readonly control: readonly string[] | undefined;
    readonly data: readonly string[] | undefined;
  };
  readonly balance: Balance;
  readonly health: HealthOptions | undefined;
  readonly serverMode: ServerMode;
  readonly serverPorts: PortRange | undefined;
  readonly passivePorts: PortRange;
  readonly passiveAddress: readonly AdvertisedRule[] | undefined;
  readonly activeSourcePort: number | undefined;
  readonly neighbours: Neighbours;
  readonly certificate: Certificate | undefined;
  /** Whose data connections are taken and dialled beside the client's own. */
  readonly peers: PeerPolicy;
  readonly requireTls: 'none' | 'control' | 'data' | 'both';
  readonly readOnly: boolean;
  readonly users: UserLimits;
  /** Milliseconds. Undefined: the gateway's default. */
  readonly dataTimeout: number | undefined;
}

/** Checks what the flags say against each other and against the disk. Throws UsageError that names the flag. */
export async function planGateway(flags: GatewayFlags): Promise<GatewayPlan> {
  const { serverMode = 'same', serverAddress } = flags;
  checkFlags(flags, serverMode);
  const server = {
    tlsSettings: await serverTls(flags),
    mode: serverMode,
    externalAddress: serverAddress,
    proxy: flags.sendProxy,
  };
  const servers = (flags.to ?? []).map((url) => ({
    ...server,
    ...url,
    tlsSettings: url.tls === 'none' ? undefined : server.tlsSettings,
  }));
  return {
    listen: listeners(flags),
    servers,
    choice: clientChoice(flags),
    server,
    proxy: { control: flags.proxyFrom, data: flags.proxyDataFrom },
    health: healthOf(flags, servers),
    balance: flags.balance ?? 'in-order',
    serverMode,
    serverPorts: flags.serverPorts,
    passivePorts: flags.passivePorts ?? defaultPassivePorts,
    passiveAddress: flags.passiveAddress,
    activeSourcePort: flags.activeSourcePort,
    neighbours: flags.neighbours ?? 'public',
    certificate: await certificateOf(flags),
    peers: peersOf(flags),
    requireTls: flags.requireTls ?? 'none',
    readOnly: flags.readOnly === true,
    users: { sessions: flags.userSessions, toClient: flags.userRate, toServer: flags.userRate },
    dataTimeout: flags.dataTimeout,
  };
}

function checkFlags(flags: GatewayFlags, mode: ServerMode): void {
  const { serverPorts, serverAddress, serverCa, serverFingerprint, serverInsecure } = flags;
  checkCertificateFlags(flags);
  if (flags.singlePort === true)
    throw new UsageError('--single-port is for --pass-tls: otherwise the gateway has data ports of its own.');
  if (flags.to?.some(({ data }) => data !== undefined))
    throw new UsageError(';data= is for --pass-tls: otherwise the gateway hears which data ports are meant.');
  if (flags.healthInterval !== undefined && flags.to === undefined)
    throw new UsageError('--health-interval is for the servers of --to: here the client chooses its server.');
  if (flags.healthUser !== undefined && flags.healthInterval === undefined) {
    throw new UsageError('--health-user is for probes: say how often with --health-interval.');
  }
  const isPassive = mode === 'passive' || mode === 'PASV' || mode === 'EPSV';
  if (isPassive && (serverPorts ?? serverAddress) !== undefined) {
    throw new UsageError(
      `--server-ports and --server-address are for active mode, and --server-mode ${mode} is passive.`,
    );
  }
  if (serverAddress !== undefined && parseAddress(serverAddress) === undefined) {
    throw new UsageError('--server-address is the address that the server is told: write 203.0.113.7.');
  }
  const trust = [serverCa, serverFingerprint, serverInsecure].filter((given) => given !== undefined);
  if (trust.length > 1) {
    throw new UsageError('--server-ca, --server-fingerprint and --server-insecure: one of them is enough.');
  }
  if (trust.length > 0 && flags.to?.every((server) => server.tls === 'none')) {
    throw new UsageError(
      '--server-ca, --server-fingerprint and --server-insecure are about TLS: write --to ftps://HOST.',
    );
  }
}

function peersOf({ fxp }: GatewayFlags): PeerPolicy {
  if (fxp === undefined) return { kind: 'exact' };
  return fxp.includes('any') ? { kind: 'any' } : { kind: 'networks', networks: networkSet(fxp) };
}

function healthOf(
  { healthInterval, healthUser }: GatewayFlags,
  servers: GatewayPlan['servers'],
): HealthOptions | undefined {
  if (healthInterval === undefined) return undefined;
  const login = healthUser && { user: healthUser.name, password: healthUser.password };
  return { interval: healthInterval, login, servers };
}

async function serverTls(flags: GatewayFlags): Promise<NonNullable<Upstream['tlsSettings']>> {
  const { serverCa, serverFingerprint, serverInsecure } = flags;
  return {
    ca: serverCa === undefined ? undefined : await readText('--server-ca', serverCa),
    fingerprint: serverFingerprint,
    insecure: serverInsecure,
  };
}
