import type { Socket, TcpNetConnectOpts } from 'node:net';
import { type Endpoint, FtpConnectionError } from '@duoport/protocol';
import { connect } from './connect.ts';
import type { DataConnection } from './data-connection.ts';
import { DataSocket } from './data-socket.ts';
import { bindForeign } from './native/foreign-socket.ts';
import { netLimits } from './net-limits.ts';
import { checkRange, type PortRange, rangeSize, sweep } from './port-range.ts';
import { errorCode, explainSocketError } from './socket-error.ts';
import { isNaturalSource } from './source-address.ts';
import { emit, type TraceContext } from './trace.ts';

export interface DialFrom {
  readonly address?: string | undefined;
  /** `address` need not be one of this machine (IP_TRANSPARENT). */
  readonly foreign?: boolean | undefined;
  /** Source port, or range of ports that are tried from a random start. */
  readonly ports?: PortRange | number | undefined;
  /** When none of `ports` can be had (port 20 without the privilege), let the system choose, and say so in the trace. */
  readonly orAny?: boolean | undefined;
}

export interface DialOptions extends TraceContext {
  readonly from?: DialFrom | undefined;
  /** Sent before everything else, TLS too: a PROXY header. */
  readonly preface?: Uint8Array | undefined;
  /** Milliseconds to be connected. Default: limits. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Opens a data connection. `options.side` is this end. Rejects with FTP_CONNECTION or FTP_TIMEOUT, channel `data`, phase `connect`. */
export async function dial(to: Endpoint, options: DialOptions): Promise<DataConnection> {
  const { trace, connection = 'data-1', side } = options;
  try {
    const socket = await connectFrom(to, options);
    if (options.preface !== undefined) socket.write(options.preface);
    return new DataSocket({ socket, peer: to, dialledBy: side, side, trace, connection });
  } catch (error) {
    if (trace) emit(trace, { kind: 'failed', connection, phase: 'connect', error: messageOf(error) });
    throw error;
  }
}

async function connectFrom(to: Endpoint, options: DialOptions): Promise<Socket> {
  const { from } = options;
  if (from?.ports === undefined) return attempt(to, options, undefined);
  const range = typeof from.ports === 'number' ? { low: from.ports, high: from.ports } : from.ports;
  checkRange(range);
  let refusal: unknown;
  for (const port of sweep(range)) {
    try {
      return await attempt(to, options, port);
    } catch (error) {
      if (!isPortTrouble(error)) throw error;
      refusal = error;
    }
  }
  const tried =
    rangeSize(range) === 1 ? `source port ${range.low}` : `any source port of ${range.low}-${range.high}`;
  const because = explainSocketError(refusal instanceof Error ? refusal.cause : refusal);
  if (!from.orAny) {
    throw new FtpConnectionError(`Could not open the data connection from ${tried}: ${because}`, {
      channel: 'data',
      phase: 'connect',
      peer: to,
      cause: refusal,
    });
  }
  const { trace, connection } = options;
  if (trace) {
    emit(trace, { kind: 'decision', connection, what: tried, chosen: 'a port of the system', because });
  }
  return attempt(to, options, undefined);
}

/**
 * libuv sets SO_REUSEADDR before it binds, so that port 20 can be used for many connections at once, also beside one in
 * TIME_WAIT: only the very same pair of endpoints is refused (EADDRNOTAVAIL at connect).
 */
async function attempt(to: Endpoint, options: DialOptions, localPort: number | undefined): Promise<Socket> {
  const {
    trace,
    connection = 'data-1',
    side: by,
    from,
    signal,
    timeout = netLimits.connectTimeout,
  } = options;
  const target: TcpNetConnectOpts = { host: to.address, port: to.port };
  const address = from?.address;
  const foreign = address !== undefined && from?.foreign === true;
  if (
    !foreign &&
    address !== undefined &&
    (localPort !== undefined || !(await isNaturalSource(address, to.address)))
  ) {
    target.localAddress = address;
  }
  if (!foreign && localPort !== undefined) target.localPort = localPort;
  if (trace) {
    const source = {
      ...(address === undefined ? {} : { address }),
      ...(localPort === undefined ? {} : { port: localPort }),
    };
    emit(trace, { kind: 'dial', connection, by, to, from: source });
  }
  const fd = foreign ? await bindFrom(address, localPort ?? 0, to) : undefined;
  return connect(target, { channel: 'data', timeout, signal, peer: to, fd });
}

async function bindFrom(address: string, port: number, to: Endpoint): Promise<number> {
  try {
    return await bindForeign(address, port);
  } catch (cause) {
    const text = `Could not open the data connection from ${address}: ${explainSocketError(cause)}`;
    throw new FtpConnectionError(text, { channel: 'data', phase: 'connect', peer: to, cause });
  }
}

/** The source port is the trouble, not the peer: the next one may do. */
function isPortTrouble(error: unknown): boolean {
  const cause = error instanceof FtpConnectionError ? error.cause : undefined;
  const code = errorCode(cause);
  if (code === 'EADDRINUSE' || code === 'EADDRNOTAVAIL') return true;
  return code === 'EACCES' && cause instanceof Error && 'syscall' in cause && cause.syscall === 'bind';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
