import type { Socket } from 'node:net';
import { FtpConnectionError } from '@duoport/protocol';
import { connect } from '../connect.ts';
import { handshake } from '../handshake.ts';
import { netLimits } from '../net-limits.ts';
import { kernelEndpoint, peerEndpoint } from '../socket-address.ts';
import { TlsClient } from '../tls-client.ts';
import type { TlsClientSettings } from '../tls-settings.ts';
import { AgentLine, type AgentLineHandler } from './agent-line.ts';
import { connectThrough, type HttpProxy } from './http-connect.ts';

export interface DialRelayOptions {
  readonly host: string;
  readonly port: number;
  /** Whom to trust: a fingerprint, or authorities. */
  readonly tls: Pick<TlsClientSettings, 'ca' | 'fingerprint' | 'servername'>;
  readonly proxy?: HttpProxy | undefined;
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The agent's way to its relay. Rejects with FTP_CONNECTION or FTP_TIMEOUT; nothing is left open then. */
export async function dialRelay(options: DialRelayOptions, handler: AgentLineHandler): Promise<AgentLine> {
  const { host, port, proxy, signal, timeout = netLimits.connectTimeout } = options;
  const socket = await connect(
    { host: proxy?.host ?? host, port: proxy?.port ?? port },
    { channel: 'control', timeout, signal },
  );
  if (proxy) await connectThrough(socket, { host, port }, { proxy, timeout });
  const tls = await secure(socket, options);
  if (tls.alpnProtocol !== 'h2') {
    tls.destroy();
    const text = `${host}:${port} speaks TLS but not HTTP/2: is it a relay, and is nothing between that ends TLS?`;
    throw new FtpConnectionError(text, { channel: 'control', phase: 'tls' });
  }
  const line = new AgentLine({ tls, socket }, handler);
  // Under writes that wait, the TLS socket does not always tell that the one below is gone.
  socket.once('close', () => line.close('the connection to the relay is gone'));
  return line;
}

function secure(socket: Socket, { host, port, tls, signal }: DialRelayOptions) {
  socket.setNoDelay(true);
  const session = new TlsClient({ ...tls, minVersion: 'TLSv1.3', protocols: ['h2'] }).session(host);
  const peer = peerEndpoint(socket) ?? kernelEndpoint('0.0.0.0', port);
  return handshake(session, socket, {
    channel: 'control',
    peer,
    signal,
    timeout: netLimits.tunnelHandshake,
  });
}
