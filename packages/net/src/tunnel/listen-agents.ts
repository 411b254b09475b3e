import type { Socket } from 'node:net';
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
  /**
   * Nothing is known of the agent yet but that it speaks TLS: until `known` is called its connection gives way to newer ones when
   * there are too many of them.
   */
  onLine(line: RelayLine, known: () => void): void;
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
    ciphers: fastestFirst,
    ALPNProtocols: ['h2'],
    handshakeTimeout: netLimits.tunnelHandshake,
    noDelay: true,
  });
  server.maxConnections = maxConnections;
  const strangers = new Strangers();
  server.on('connection', (socket) => strangers.add(socket));
  server.on('secureConnection', (tls: TLSSocket) => {
    tls.on('error', () => undefined);
    const { socket, known } = strangers.find(tls);
    if (socket === undefined || tls.alpnProtocol !== 'h2' || tls.destroyed) tls.destroy();
    else options.onLine(new RelayLine({ tls, socket }), known);
  });
  server.on('tlsClientError', (error, tls) => {
    const { remoteAddress, remotePort } = tls;
    const peer = remoteAddress === undefined ? undefined : kernelEndpoint(remoteAddress, remotePort ?? 0);
    options.onError?.(error, peer);
    // Node only tells it, of a handshake that takes too long too.
    tls.destroy();
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
        fd: undefined,
        close: async () => {
          server.close();
          strangers.close();
        },
      });
    });
  });
}

/**
 * Connections of nobody in particular, the oldest first. It is the oldest that goes when there are too many: an agent says who it is
 * within a few round trips, and whoever opens thousands and says nothing shuts nobody out.
 */
class Strangers {
  readonly #sockets = new Map<string, Socket>();

  add(socket: Socket): void {
    const name = nameOf(socket);
    this.#sockets.set(name, socket);
    socket.once('close', () => this.#forget(name, socket));
    if (this.#sockets.size <= netLimits.tunnelStrangers) return;
    for (const [oldest, stranger] of this.#sockets) {
      this.#sockets.delete(oldest);
      stranger.destroy();
      return;
    }
  }

  /** What is below this TLS connection, and what makes it known; undefined: it is gone already. */
  find(tls: TLSSocket): { readonly socket: Socket | undefined; known(): void } {
    const name = nameOf(tls);
    const socket = this.#sockets.get(name);
    return { socket, known: () => this.#forget(name, socket) };
  }

  close(): void {
    for (const socket of this.#sockets.values()) socket.destroy();
    this.#sockets.clear();
  }

  #forget(name: string, socket: Socket | undefined): void {
    if (this.#sockets.get(name) === socket) this.#sockets.delete(name);
  }
}

function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

/** AES with keys of 128 bits takes a sixth less time than with 256, and both are out of reach of everybody. */
const fastestFirst = 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256';

function pem(text: Pem): string | Buffer {
  return typeof text === 'string' ? text : Buffer.from(text.buffer, text.byteOffset, text.byteLength);
}
