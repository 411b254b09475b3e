import { type HttpPages, listenHttp } from '@duoport/net';
import type { ListenAddress } from './flags/values.ts';

/** Counters at `/metrics`, on loopback unless an address is named: they tell who is busy and with what. */
export function serveMetrics(
  { host = '127.0.0.1', port, fd }: ListenAddress & { readonly fd?: number | undefined },
  text: () => string,
): Promise<HttpPages> {
  return listenHttp({
    host,
    port,
    fd,
    page: (path) => (path === '/metrics' ? { type: 'text/plain; version=0.0.4', body: text() } : undefined),
  });
}
