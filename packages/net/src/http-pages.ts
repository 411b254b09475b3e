import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Endpoint, endpoint, FtpConnectionError } from '@duoport/protocol';
import type { Awaitable } from './bytes.ts';
import { descriptorOf } from './descriptor-of.ts';
import { explainSocketError } from './socket-error.ts';

/** A page that programs fetch: metrics, say. */
export interface HttpPage {
  readonly type: string;
  readonly body: string;
  /** Default 200. */
  readonly status?: number | undefined;
}

export interface HttpPagesOptions {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** Descriptor of a socket that listens already, instead of `host` and `port`. */
  readonly fd?: number | undefined;
  /** Called for each GET with the path, without query. Undefined: there is none. One that cannot be made is a 500. */
  page(path: string): Awaitable<HttpPage | undefined>;
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
    void answerOf(request, page).then(({ type, body, status = 200 }) => {
      response.writeHead(status, {
        'content-type': type,
        'content-length': Buffer.byteLength(body),
        'cache-control': 'no-store',
      });
      response.end(request.method === 'HEAD' ? undefined : body);
    });
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

async function answerOf(
  { method, url = '/' }: IncomingMessage,
  page: HttpPagesOptions['page'],
): Promise<HttpPage> {
  const told = (status: number, body: string) => ({ type: 'text/plain', body, status });
  if (method !== 'GET' && method !== 'HEAD') return told(405, 'GET only.\n');
  try {
    return (await page(url.replace(/\?.*$/s, ''))) ?? told(404, 'There is no such page.\n');
  } catch {
    return told(500, 'This page cannot be made now.\n');
  }
}
