import type { ServerWay, Upstream } from '../upstream.ts';

/**
 * Which of several servers is tried first. `in-order`: as they are written. `weighted`: by chance, each as often as its weight
 * says. `least-connections`: the one with the fewest open sessions for its weight. `sticky`: always the same for the same user,
 * and when servers come or go, only the users of those move.
 */
export type Balance = 'in-order' | 'weighted' | 'least-connections' | 'sticky';

export interface BalanceFacts {
  readonly how: Balance;
  /** Sticky: whose server it is. */
  readonly user: string;
  /** Sessions open there. */
  open(upstream: Upstream): number;
  /** From 0 up to, not including, 1. */
  random(): number;
}

/** All of them, the one to try first in front. Lower priorities come before higher ones. */
export function balance(upstreams: readonly Upstream[], facts: BalanceFacts): readonly Upstream[] {
  const ranked = upstreams.map((upstream, index) => ({
    upstream,
    priority: upstream.priority ?? 0,
    rank: rankOf(upstream, index, facts),
    index,
  }));
  // Not by subtraction: two ranks may both be infinite.
  ranked.sort((a, b) => compare(a.priority, b.priority) || compare(a.rank, b.rank) || a.index - b.index);
  return ranked.map(({ upstream }) => upstream);
}

/** Name of a server in all that is kept about it. The same address by another way is another server. */
export function keyOf({ host, port, tls = 'none', via }: Upstream): string {
  return [host.toLowerCase(), port ?? (tls === 'implicit' ? 990 : 21), tls, numberOf(via)].join(' ');
}

const ways = new WeakMap<ServerWay, number>();
let nextWay = 1;

function numberOf(via: ServerWay | undefined): number {
  if (via === undefined) return 0;
  const number = ways.get(via) ?? nextWay++;
  ways.set(via, number);
  return number;
}

function rankOf(upstream: Upstream, index: number, { how, user, open, random }: BalanceFacts): number {
  switch (how) {
    case 'in-order':
      return index;
    case 'weighted':
      return drawn(random(), upstream);
    case 'least-connections':
      return (open(upstream) + 1) / weightOf(upstream) + random() * 1e-9;
    case 'sticky':
      return drawn(hash(`${user}\0${keyOf(upstream)}`), upstream);
  }
}

/**
 * An exponential variate with the weight as its rate: the smallest of several belongs to each as often as its weight says
 * (Efraimidis and Spirakis), and with a hash in place of chance this is rendezvous hashing.
 */
function drawn(uniform: number, upstream: Upstream): number {
  return -Math.log(1 - uniform) / weightOf(upstream);
}

/** Weight 0: only when nobody else is there. */
function weightOf({ weight = 1 }: Upstream): number {
  return Math.max(weight, 1e-300);
}

/** FNV-1a with the finalizer of MurmurHash3, from 0 up to, not including, 1. No secret: who may be anywhere is for the login. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return ((value ^ (value >>> 16)) >>> 0) / 2 ** 32;
}

function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
