import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Endpoint, endpoint, FtpConnectionError } from '@duoport/protocol';
import { descriptorOf } from './descriptor-of.ts';
import { explainSocketError } from './socket-error.ts';

/** A page that programs fetch: metrics, say. */
export interface HttpPage {
  readonly type: string;
  readonly body: string;
}

export interface HttpPagesOptions {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** Descriptor of a socket that listens already, instead of `host` and `port`. */
  readonly fd?: number | undefined;
  /** Called for each GET with the path, without query. Undefined: there is none. */
  page(path: string): HttpPage | undefined;
}

export interface HttpPages extends AsyncDisposable {
  readonly endpoint: Endpoint;
  /** Of the listening socket, for another process that is to go on. */
  readonly fd: number | undefined;
}

/**
 * Serves a few small pages over HTTP/1.1 to few clients: no TLS, nothing but GET and HEAD, and whoever is slow is sent away.
 * Rejects with FTP_CONNECTION, phase `listen`.
 */
export async function listenHttp({ host, port, fd, page }: HttpPagesOptions): Promise<HttpPages> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5000, maxHeaderSize: 8192 });
  server.maxConnections = 64;
  server.keepAliveTimeout = 5000;
  server.on('request', (request, response) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const found = isRead ? page((request.url ?? '/').replace(/\?.*$/s, '')) : undefined;
    const { type, body } = found ?? {
      type: 'text/plain',
      body: isRead ? 'There is no such page.\n' : 'GET only.\n',
    };
    response.writeHead(found ? 200 : isRead ? 404 : 405, {
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  });
  try {
    server.listen(fd === undefined ? { host, port } : { fd });
    await once(server, 'listening');
  } catch (cause) {
    const text = `Could not listen on ${host} port ${port}: ${explainSocketError(cause)}`;
    throw new FtpConnectionError(text, { channel: 'control', phase: 'listen', cause });
  }
  const { address, port: got } = server.address() as AddressInfo;
  return {
    endpoint: endpoint(address, got),
    get fd() {
      return descriptorOf(server);
    },
    [Symbol.asyncDispose]: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
