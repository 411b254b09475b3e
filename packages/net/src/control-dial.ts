import { isIP, type TcpNetConnectOpts } from 'node:net';
import { connect } from './connect.ts';
import type { ControlConnection } from './control-connection.ts';
import { ControlSocket } from './control-socket.ts';
import { netLimits } from './net-limits.ts';
import { kernelEndpoint, peerEndpoint } from './socket-address.ts';
import type { TlsSession } from './tls-session.ts';
import { emit, type Trace } from './trace.ts';

export interface DialControlOptions {
  /** Name or literal address. */
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (port 990). */
  readonly implicitTls?: TlsSession | undefined;
  /** Milliseconds to be connected, TLS not counted. Default: limits. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly localAddress?: string | undefined;
  /** Sent before everything else, TLS too: a PROXY header. */
  readonly preface?: Uint8Array | undefined;
  /** Probe the silent connection now and then. Default true; without it a silence is one for every box on the way. */
  readonly keepAlive?: boolean | undefined;
  /** Restricts a host name to one family. */
  readonly family?: 4 | 6 | undefined;
  readonly trace?: Trace | undefined;
}

/** Opens a control connection. Rejects with FTP_CONNECTION or FTP_TIMEOUT, channel `control`. */
export async function dialControl(options: DialControlOptions): Promise<ControlConnection> {
  const { host, port, trace, signal, timeout = netLimits.connectTimeout, implicitTls } = options;
  try {
    const peer = isIP(host) ? kernelEndpoint(host, port) : undefined;
    if (trace && peer) emit(trace, { kind: 'dial', connection: 'control', by: 'client', to: peer });
    const socket = await connect(target(options), { channel: 'control', timeout, signal, peer });
    socket.setNoDelay(true);
    if (options.preface !== undefined) socket.write(options.preface);
    if (options.keepAlive !== false) socket.setKeepAlive(true, KEEP_ALIVE_DELAY);
    const control = new ControlSocket(socket, peerEndpoint(socket) ?? kernelEndpoint(host, port), 'client');
    if (implicitTls) await control.startTls(implicitTls, { signal });
    control.observe({ trace, side: 'client' });
    return control;
  } catch (error) {
    if (trace) {
      const text = error instanceof Error ? error.message : String(error);
      emit(trace, { kind: 'failed', connection: 'control', phase: 'connect', error: text });
    }
    throw error;
  }
}

/** NAT boxes forget silent connections, some within minutes: a probe a minute keeps the control connection in their tables. */
export const KEEP_ALIVE_DELAY = 60_000;

function target(options: DialControlOptions): TcpNetConnectOpts {
  const { host, port, localAddress, family } = options;
  return {
    host,
    port,
    ...(localAddress === undefined ? {} : { localAddress }),
    ...(family === undefined ? {} : { family }),
  };
}
