import type { networkInterfaces } from 'node:os';

type Interfaces = ReturnType<typeof networkInterfaces>;

/**
 * Addresses under which others reach what listens on `bound` (`::` or `0.0.0.0`: all of them). The one to show first comes
 * first: IPv4 of the network, then IPv6, then loopback. Link-local addresses are left out: they only work with a zone.
 */
export function reachableAddresses(bound: string, interfaces: Interfaces): readonly string[] {
  if (bound !== '::' && bound !== '0.0.0.0') return [bound];
  const all = Object.values(interfaces).flatMap((list) => list ?? []);
  const wanted = all.filter(
    (one) => (bound === '::' || one.family === 'IPv4') && !/^(fe80:|169\.254\.)/i.test(one.address),
  );
  const rank = (one: (typeof all)[number]): number =>
    (one.internal ? 2 : 0) + (one.family === 'IPv4' ? 0 : 1);
  const addresses = [...wanted].sort((a, b) => rank(a) - rank(b)).map((one) => one.address);
  return addresses.length > 0 ? addresses : ['127.0.0.1'];
}
