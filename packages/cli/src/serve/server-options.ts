import { networkSet, type PeerPolicy, type TlsIdentity } from '@duoport/net';
import { lookUpOutside } from '@duoport/outside';
import { DiskFiles, type DiskFilesOptions, type ServerOptions } from '@duoport/server';
import type { SharedServices } from '../workers/services.ts';
import type { Certificate } from './certificate.ts';
import type { ServePlan } from './plan.ts';
import { servedAccounts } from './served-accounts.ts';

/** The plan in the server's words. Where to listen is the caller's. */
export function serverOptions(
  plan: ServePlan,
  { rates, usage, guard }: SharedServices,
  tellers: Pick<ServerOptions, 'log' | 'trace' | 'admit'>,
): Omit<ServerOptions, 'listen'> {
  const { limits, timeouts, protocol } = plan.server;
  return {
    ...tellers,
    rates,
    guard,
    accounts: accountsOf(plan, usage),
    passive: {
      enabled: plan.modes.passive,
      ports: plan.singlePort ? undefined : plan.passivePorts,
      address: plan.passiveAddress,
      lookup: lookUpOutside,
    },
    singlePort: plan.singlePort,
    active: { enabled: plan.modes.active, sourcePort: plan.activeSourcePort },
    tls: tlsOf(plan),
    requireTls: plan.requireTls,
    truncation: plan.server.tls.truncation === 'refuse' ? 'strict' : 'lenient',
    peers: peersOf(plan.server.data.peers),
    proxy: plan.server.proxy,
    greeting: protocol.greeting,
    hosts: protocol['host-names'],
    deflate: protocol.deflate,
    hash: protocol.hash,
    checksum: plan.server.uploads.checksum === 'none' ? undefined : plan.server.uploads.checksum,
    probe: protocol.probe,
    maxSessions: limits.sessions,
    maxSessionsPerAddress: limits['sessions-per-address'],
    maxLoginAttempts: limits['login-attempts'],
    maxHandshakes: limits['tls-handshakes'],
    commandsPerSecond: limits['commands-per-second'],
    timeouts: { login: timeouts.login, idle: timeouts.idle, data: timeouts.data, stall: timeouts.stall },
  };
}

/** One backend for each folder, whoever sees it. */
function accountsOf(plan: ServePlan, usage: SharedServices['usage']): ServerOptions['accounts'] {
  const options = diskOptions(plan);
  const backends = new Map<string, DiskFiles>();
  const filesOf = (folder: string): DiskFiles => {
    const files = backends.get(folder) ?? new DiskFiles(folder, options);
    backends.set(folder, files);
    return files;
  };
  return servedAccounts(plan, { open: filesOf, usage });
}

function diskOptions({ server: { uploads } }: ServePlan): DiskFilesOptions {
  const { mode, partial, overwrite, durability } = uploads;
  return {
    durable: durability === 'fsync',
    uploads: {
      mode,
      partial,
      overwrite,
      staleAfter: uploads['stale-after'],
      floor: uploads['disk-floor'],
    },
  };
}

function tlsOf({
  tls: { certificates, awaited, clients },
  server: { tls },
}: ServePlan): ServerOptions['tls'] {
  const [first, ...more] = certificates.map(identityOf);
  if (first === undefined) return awaited ? 'awaited' : undefined;
  return {
    ...first,
    certificates: more,
    clientCertificates: clients,
    minVersion: tls['minimum-version'],
    ciphers: tls.ciphers,
    binding: tls.binding,
    allowClear: tls['clear-again'],
  };
}

function identityOf({ cert, key, passphrase, names }: Certificate): TlsIdentity {
  return { cert, key, passphrase, names };
}

function peersOf(peers: ServePlan['server']['data']['peers']): PeerPolicy {
  if (typeof peers !== 'string') return { kind: 'networks', networks: networkSet(peers) };
  return { kind: peers === 'same' ? 'exact' : peers };
}
