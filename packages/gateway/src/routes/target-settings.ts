import type { Upstream } from '../upstream.ts';

/** How the servers are spoken to that clients choose themselves. */
export interface TargetSettings extends Omit<Upstream, 'host' | 'port' | 'tls'> {
  /** Default `as-client`: explicit when the client's own control connection has TLS. Port 990 is implicit always. */
  readonly tls?: 'none' | 'explicit' | 'as-client' | undefined;
}

interface Target {
  /** What the client said: the certificate must be for that. */
  readonly host: string;
  readonly address: string;
  readonly port: number;
  /** The client's control connection has TLS. */
  readonly secure: boolean;
}

export function upstreamOf(server: TargetSettings, { host, address, port, secure }: Target): Upstream {
  const { tls = 'as-client', tlsSettings, ...rest } = server;
  const clear = tls === 'as-client' ? (secure ? 'explicit' : 'none') : tls;
  return {
    ...rest,
    host: address,
    port,
    tls: port === 990 ? 'implicit' : clear,
    tlsSettings: { servername: host, ...tlsSettings },
  };
}
