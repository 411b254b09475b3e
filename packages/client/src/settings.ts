import type { DataVerb, PassiveAddressPolicy, PortRange, TlsClientSettings, Trace } from '@duoport/net';
import { FtpLocalError, limits } from '@duoport/protocol';
import { type HostMemory, processMemory } from './host-memory.ts';
import type { ConnectOptions, DataMode, Timeouts, TlsMode } from './options.ts';
import type { Target } from './url.ts';

/** What holds without `timeouts`. Milliseconds. */
export const defaultTimeouts: Required<Timeouts> = {
  connect: 30_000,
  reply: limits.replyTimeout,
  dataOpen: 10_000,
  stall: limits.stallTimeout,
  dataEnd: 15_000,
  finalReply: limits.finalReplyTimeout,
  abort: 5_000,
};

/** `opportunistic`: AUTH TLS where the server has it, plain FTP where it has not. */
export type TlsPlan = TlsMode | 'opportunistic';

/** The options of a client with every default filled in. */
export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly account: string | undefined;
  readonly mode: DataMode;
  readonly dataVerb: DataVerb | undefined;
  readonly portRange: PortRange | undefined;
  readonly bindAddress: string | undefined;
  readonly externalAddress: string | undefined;
  readonly activePeer: 'control' | 'any';
  readonly passiveAddress: PassiveAddressPolicy;
  readonly memory: HostMemory;
  readonly timeouts: Required<Timeouts>;
  readonly trace: Trace;
  readonly clientName: string;
  readonly tlsPlan: TlsPlan;
  readonly tls: TlsClientSettings;
  readonly dataProtection: 'private' | 'clear';
  readonly truncation: 'strict' | 'lenient';
}

/** Throws FtpLocalError when the options contradict each other. */
export function resolveSettings(target: Target, options: ConnectOptions, trace: Trace): Settings {
  const tlsPlan = planTls(target, options.tls);
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const user = options.user ?? target.user ?? 'anonymous';
  return {
    host: target.host,
    port: target.port ?? (tlsPlan === 'implicit' ? 990 : 21),
    user,
    password: options.password ?? target.password ?? (user === 'anonymous' ? 'anonymous@' : ''),
    account: options.account,
    mode: options.mode ?? 'auto',
    dataVerb: options.dataVerb,
    portRange: options.portRange,
    bindAddress: options.bindAddress,
    externalAddress: options.externalAddress,
    activePeer: options.activePeer ?? 'control',
    passiveAddress: options.passiveAddress ?? 'control',
    memory: options.memory ?? processMemory,
    timeouts,
    trace,
    clientName: options.clientName ?? '',
    tlsPlan,
    tls: {
      servername: options.servername,
      ca: options.ca,
      insecure: options.insecure,
      fingerprint: options.fingerprint,
      cert: options.cert,
      key: options.key,
      minVersion: options.minVersion,
      maxVersion: options.maxVersion,
      binding: options.binding,
      handshakeTimeout: timeouts.connect,
    },
    dataProtection: options.dataProtection ?? 'private',
    truncation: options.truncation ?? 'strict',
  };
}

/**
 * Port 990 is TLS from the first byte (RFC 4217 appendix A.2 lists it as deprecated; servers have it all the
 * same).
 */
export function planTls(target: Pick<Target, 'secure' | 'port'>, wish: TlsMode | undefined): TlsPlan {
  if (wish === 'none' && target.secure) {
    throw new FtpLocalError(
      "ftps:// requires TLS and the option tls: 'none' forbids it; say ftp:// or leave the option out.",
    );
  }
  if (wish !== undefined) return wish;
  if (target.port === 990) return 'implicit';
  return target.secure ? 'explicit' : 'opportunistic';
}
