import {
  type DataConnection,
  dial,
  type LeaseRequest,
  type PortPool,
  type TlsSession,
  type Trace,
} from '@duoport/net';

/** Both ends of one data connection in this process. */
export interface Pair {
  readonly client: DataConnection;
  readonly server: DataConnection;
}

export interface PairOptions {
  /** Who dials. Default: the client (passive mode). */
  readonly dialledBy?: 'client' | 'server';
  readonly host?: string;
  readonly clientTrace?: Trace;
  readonly serverTrace?: Trace;
}

/** A data connection over loopback, made as client and server make it. Close `pool` afterwards. */
export async function openPair(pool: PortPool, options: PairOptions = {}): Promise<Pair> {
  const { dialledBy = 'client', host = '127.0.0.1', clientTrace, serverTrace } = options;
  const listener = dialledBy === 'client' ? 'server' : 'client';
  const trace = { client: clientTrace, server: serverTrace };
  const lease = await pool.lease(request({ host, peer: host, side: listener, trace: trace[listener] }));
  const [dialled, accepted] = await Promise.all([
    dial(lease.endpoint, { side: dialledBy, trace: trace[dialledBy] }),
    lease.accept(),
  ]);
  return dialledBy === 'client'
    ? { client: dialled, server: accepted }
    : { client: accepted, server: dialled };
}

export function request(options: Partial<LeaseRequest> = {}): LeaseRequest {
  return { host: '127.0.0.1', peer: '127.0.0.1', session: {}, side: 'server', ...options };
}

/** TLS on both ends, at once. */
export async function secure(
  pair: Pair,
  sessions: { readonly client: TlsSession; readonly server: TlsSession },
  sender?: 'client' | 'server',
): Promise<void> {
  const transfer = (end: 'client' | 'server') =>
    sender === undefined ? {} : { transfer: end === sender ? ('send' as const) : ('receive' as const) };
  await Promise.all([
    pair.client.startTls(sessions.client, transfer('client')),
    pair.server.startTls(sessions.server, transfer('server')),
  ]);
}
