import type { PortRange } from '@duoport/net';
import type { Balance } from '../fleet/balance.ts';
import type { EjectionPolicy, HealthEvent } from '../fleet/fleet.ts';
import type { HealthOptions } from '../fleet/health-monitor.ts';
import type { GatewayLog } from '../log.ts';
import type { GatewayListen } from '../options.ts';
import type { Route, Upstream } from '../upstream.ts';
import type { DataPortDoor } from './data-ports.ts';

/** A server that speaks TLS with the clients itself. */
export interface PassedServer
  extends Omit<Upstream, 'mode' | 'passiveAddress' | 'externalAddress' | 'via' | 'service'> {
  /** How its TLS begins; clients come to it by listeners of the same kind. Default `explicit`. */
  readonly tls?: 'explicit' | 'implicit' | undefined;
  /** Its passive range: the gateway listens on the same ports, or on those `shift` above them when it announces them so. */
  readonly data?: { readonly ports: PortRange; readonly shift?: number | undefined } | undefined;
}

/** What may be set; everything but where to has a safe default. Times are milliseconds. */
export interface PassThroughOptions {
  readonly listen?: readonly Omit<GatewayListen, 'socks'>[] | undefined;
  readonly to: readonly PassedServer[];
  /** Chooses among `to` by what is known before TLS: addresses and the name in the ClientHello. Default: all of them. */
  readonly route?: Route | undefined;
  /** The servers take data connections on their control port, and the gateway does: they are told by TLS tickets. */
  readonly singlePort?: boolean | undefined;
  /** Where data ports are listened on. Default: all addresses. */
  readonly dataHost?: string | undefined;
  /** Data ports that another process has listened on, and whose clients `guest` tells. */
  readonly dataDoors?: readonly DataPortDoor[] | undefined;
  readonly balance?: Balance | undefined;
  readonly eject?: EjectionPolicy | undefined;
  readonly health?: Omit<HealthOptions, 'login' | 'servers'> | undefined;
  readonly onHealth?: ((event: HealthEvent) => void) | undefined;
  readonly proxy?:
    | { readonly control?: readonly string[] | undefined; readonly data?: readonly string[] | undefined }
    | undefined;
  readonly maxSessions?: number | undefined;
  readonly maxSessionsPerAddress?: number | undefined;
  readonly timeouts?: {
    readonly connect?: number | undefined;
    readonly idle?: number | undefined;
    readonly reply?: number | undefined;
  };
  readonly log?: GatewayLog | undefined;
}

/** Data ports that a gateway listens on at most: each is a descriptor. */
const mostPorts = 4096;

/** @throws RangeError for a setting that cannot work, with what to do about it. */
export function checkPassOptions({ to, singlePort = false, listen = [{}] }: PassThroughOptions): void {
  if (to.length === 0) throw new RangeError('A gateway needs a server to go to: set to.');
  for (const { implicitTls = false } of listen) {
    if (to.some(({ tls }) => (tls === 'implicit') === implicitTls)) continue;
    const kind = implicitTls ? 'implicit' : 'explicit';
    throw new RangeError(
      `No server of to has ${kind} TLS, as a listener has it: both ends must begin in the same way.`,
    );
  }
  const taken = new Map<number, string>();
  for (const { host, data, tls } of to) {
    if (singlePort) {
      if (data !== undefined) throw new RangeError(`${host} has one port for everything: leave out data.`);
      if (tls !== to[0]?.tls)
        throw new RangeError(
          'On one port all servers must begin TLS in the same way: all explicit, or all implicit.',
        );
      continue;
    }
    if (data === undefined)
      throw new RangeError(`TLS hides the data ports of ${host}: say its passive range in data.ports.`);
    for (const port of outside(data)) {
      const other = taken.get(port);
      if (port < 1024 || port > 65_535)
        throw new RangeError(`Port ${port} of ${host} is none for data: 1024 to 65535 are.`);
      if (other !== undefined)
        throw new RangeError(
          `Data port ${port} is in the ranges of ${other} and ${host}: each server needs its own.`,
        );
      taken.set(port, host);
    }
  }
  if (taken.size > mostPorts)
    throw new RangeError(`${taken.size} data ports are too many to listen on: ${mostPorts} at most.`);
}

/** The ports of the gateway that are one server's. */
export function outside({ ports, shift = 0 }: NonNullable<PassedServer['data']>): readonly number[] {
  const width = Math.max(0, Math.min(ports.high - ports.low + 1, 65_536));
  return Array.from({ length: width }, (_, at) => ports.low + at + shift);
}
