import { type HttpPage, listenHttp } from '@duoport/net';
import type { Part } from './part.ts';

/** What is behind the pages of a server. */
export interface Watched {
  /** For Prometheus. */
  metrics(): Promise<string>;
  /** Why it should get no new clients now; none when it should. */
  unready(): Promise<readonly string[]>;
}

/** `/metrics`, `/healthz` (the process answers) and `/readyz` (it should get clients). Rejects when it cannot listen there. */
export async function openPages(
  { host = '127.0.0.1', port }: { readonly host: string | undefined; readonly port: number },
  watched: Watched,
): Promise<Pick<Part, 'endpoint' | 'close'>> {
  const pages = await listenHttp({ host, port, page: (path) => pageOf(path, watched) });
  return { endpoint: pages.endpoint, close: async () => pages[Symbol.asyncDispose]() };
}

async function pageOf(path: string, watched: Watched): Promise<HttpPage | undefined> {
  switch (path) {
    case '/metrics':
      return { type: 'text/plain; version=0.0.4; charset=utf-8', body: await watched.metrics() };
    case '/healthz':
      return json({ healthy: true }, 200);
    case '/readyz': {
      const because = await watched.unready();
      return json({ ready: because.length === 0, because }, because.length === 0 ? 200 : 503);
    }
    default:
      return undefined;
  }
}

function json(value: object, status: number): HttpPage {
  return { type: 'application/json', body: `${JSON.stringify(value)}\n`, status };
}
