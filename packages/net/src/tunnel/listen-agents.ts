import { createServer, type TLSSocket } from 'node:tls';
import { type Endpoint, FtpConnectionError } from '@duoport/protocol';
import type { ControlListener } from '../control-listen.ts';
import { netLimits } from '../net-limits.ts';
import { kernelEndpoint } from '../socket-address.ts';
import { explainSocketError } from '../socket-error.ts';
import type { Pem } from '../tls-settings.ts';
import { RelayLine } from './relay-line.ts';

export interface ListenAgentsOptions {
  readonly host?: string | undefined;
  readonly port: number;
  readonly cert: Pem;
  readonly key: Pem;
  /** Connections together. Default: limits. */
  readonly maxConnections?: number | undefined;
  /** Nothing is known of the agent yet but that it speaks TLS. */
  onLine(line: RelayLine): void;
  /** A connection that did not come so far. */
  onError?(error: Error, peer: Endpoint | undefined): void;
}

/** Where agents dial in: HTTP/2 over TLS 1.3, in which the relay asks and the agent answers. */
export function listenAgents(options: ListenAgentsOptions): Promise<ControlListener> {
  const { host, port, cert, key, maxConnections = netLimits.tunnelLines } = options;
  const server = createServer({
    cert: pem(cert),
    key: pem(key),
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['h2'],
    handshakeTimeout: netLimits.tunnelHandshake,
    noDelay: true,
  });
  server.maxConnections = maxConnections;
  server.on('secureConnection', (tls: TLSSocket) => {
    tls.on('error', () => undefined);
    if (tls.alpnProtocol === 'h2' && !tls.destroyed) options.onLine(new RelayLine(tls));
    else tls.destroy();
  });
  server.on('tlsClientError', (error, tls) => {
    const { remoteAddress, remotePort } = tls;
    const peer = remoteAddress === undefined ? undefined : kernelEndpoint(remoteAddress, remotePort ?? 0);
    options.onError?.(error, peer);
  });
  return new Promise((resolve, reject) => {
    const onError = (cause: Error) => {
      const text = `Could not listen on ${host ?? '*'} port ${port}: ${explainSocketError(cause)}`;
      reject(new FtpConnectionError(text, { channel: 'control', phase: 'listen', cause }));
    };
    server.once('error', onError);
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.off('error', onError);
      server.on('error', (error) => options.onError?.(error, undefined));
      const bound = server.address();
      const at = bound === null || typeof bound === 'string' ? { address: '0.0.0.0', port: 0 } : bound;
      resolve({
        endpoint: kernelEndpoint(at.address, at.port),
        close: async () => {
          server.close();
        },
      });
    });
  });
}

function pem(text: Pem): string | Buffer {
  return typeof text === 'string' ? text : Buffer.from(text.buffer, text.byteOffset, text.byteLength);
}
