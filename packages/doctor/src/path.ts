import type { HopTrace, Observations } from './observations.ts';
import type { Hop, HopSide } from './report.ts';

/** The way to the server as far as it was seen. */
export interface Path {
  readonly hops: readonly Hop[];
  /** Routers between the two ends; undefined: not known. */
  readonly routers: number | undefined;
}

/** A box that stops packets: 0 is this machine, 1 the first router, `routers + 1` the server's host. */
export interface Box {
  readonly distance: number;
  readonly address: string | undefined;
  readonly side: HopSide;
}

export function pathOf(seen: Observations): Path {
  const trace = seen.traces.control;
  const routers = routersOf(trace) ?? routersByTtl(seen.control.dial?.ttl);
  if (routers === undefined) return { hops: [], routers };
  const hops = Array.from({ length: routers }, (_, index) => {
    const distance = index + 1;
    const address = trace?.hops.find((hop) => hop.distance === distance)?.address;
    return { distance, address, side: sideOf(distance, routers) };
  });
  return { hops, routers };
}

/**
 * The first router belongs to the client and the last one to the server; one that is both is the server's, for the client
 * knows its own. What lies between is neither's.
 */
function sideOf(distance: number, routers: number): HopSide {
  if (distance <= 0) return 'client';
  if (distance >= routers) return 'server';
  return distance === 1 ? 'client' : 'middle';
}

/** The box at this distance, on a path of which the length may not be known. */
export function boxAt(distance: number, path: Path): Box {
  if (distance <= 0) return { distance: 0, address: undefined, side: 'client' };
  const { routers } = path;
  const side = routers === undefined ? 'unknown' : sideOf(distance, routers);
  return { distance, address: path.hops.find((hop) => hop.distance === distance)?.address, side };
}

/**
 * Who stops SYNs of ours on their way to a port. A router answers "time exceeded" before it filters what it forwards, so the
 * last one that answers is the one that drops or rejects. `natted`: the dialled address belongs to the last router, which
 * does not answer for what it takes for itself.
 */
export function blockerOf(trace: HopTrace | undefined, path: Path, natted: boolean): Box | undefined {
  if (trace === undefined || trace.hops.length === 0) return undefined;
  const expired = trace.hops.filter((hop) => hop.how === 'expired').map((hop) => hop.distance);
  const answered = trace.hops.find((hop) => hop.how === 'reached');
  if (answered !== undefined) return undefined;
  const last = Math.max(0, ...expired);
  const { routers } = path;
  // Silent routers do not answer on the control port either: count only those that do.
  if (routers !== undefined && natted && last === routers - 1) return boxAt(routers, path);
  if (routers !== undefined && last >= routers) return boxAt(routers + 1, path);
  return boxAt(last, path);
}

/** How far away the sender of a packet with this TTL is: systems start at 64, 128 or 255. */
export function distanceByTtl(ttl: number | undefined): number | undefined {
  if (ttl === undefined || ttl < 1 || ttl > 255) return undefined;
  const start = ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255;
  const distance = start - ttl + 1;
  return distance > 40 ? undefined : distance;
}

function routersOf(trace: HopTrace | undefined): number | undefined {
  const end = trace?.hops.find((hop) => hop.how === 'reached');
  return end === undefined ? undefined : end.distance - 1;
}

function routersByTtl(ttl: number | undefined): number | undefined {
  const distance = distanceByTtl(ttl);
  return distance === undefined ? undefined : distance - 1;
}
