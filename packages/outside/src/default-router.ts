import { readFile } from 'node:fs/promises';

/** The IPv4 router that this machine sends everything else to; undefined when it has none, or does not say. */
export async function defaultRouter(): Promise<string | undefined> {
  const table = await readFile('/proc/net/route', 'ascii').catch(() => '');
  return routerIn(table);
}

/** In the text of Linux's /proc/net/route: the default route with the least metric. */
export function routerIn(table: string): string | undefined {
  const routes = table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, destination, gateway = '', , , , metric, mask] = line.trim().split(/\s+/);
      const isDefault = destination === '00000000' && mask === '00000000' && /^[0-9A-F]{8}$/.test(gateway);
      return isDefault && gateway !== '00000000' ? [{ gateway, metric: Number(metric) }] : [];
    });
  const [first] = routes.sort((one, other) => one.metric - other.metric);
  // The kernel prints the four bytes of the address as one little-endian number.
  const bytes = first?.gateway.match(/../g)?.reverse();
  return bytes?.map((byte) => Number.parseInt(byte, 16)).join('.');
}
