import { NetworkTable, parseNetwork } from '@duoport/net';
import { type Ban, userOf } from './ban.ts';

/** A ban as it is looked up. */
export interface HeldBan {
  /** On the monotonic clock. */
  readonly ends: number;
  readonly automatic: boolean;
  /** Of more than one address. */
  readonly wide: boolean;
}

/** Automatic bans at the same time: of more, the oldest goes. 100,000 take about 20 MB. */
const mostAutomatic = 100_000;
/** Looked at in one sweep. */
const swept = 20_000;

/**
 * The bans as the accepting process knows them: asked for every connection, so nothing is waited for and, where nobody is banned, nothing
 * done. Ends are on the monotonic clock: a wall clock that jumps lets nobody in and keeps nobody out.
 */
export class BanCopy {
  readonly #networks = new NetworkTable<HeldBan & { readonly subject: string }>();
  readonly #users = new Map<string, HeldBan>();
  /** Subjects of the automatic ones, the oldest first. */
  readonly #automatic = new Set<string>();
  /** Those that end, to be swept. */
  readonly #ending = new Map<string, number>();
  #sweep: Iterator<[string, number]> | undefined;

  get size(): number {
    return this.#networks.size + this.#users.size;
  }

  /** `left`: milliseconds of the ban that are left. */
  hold({ subject, by }: Ban, left: number, now: number): void {
    this.drop(subject);
    if (left <= 0) return;
    const automatic = by === 'defence';
    const ends = now + left;
    const user = userOf(subject);
    if (user !== undefined) this.#users.set(user, { ends, automatic, wide: false });
    else {
      const network = parseNetwork(subject);
      if (network === undefined) return;
      const wide = network.length < 8 * network.bytes.length;
      this.#networks.set(network, { ends, automatic, wide, subject });
    }
    if (ends !== Number.POSITIVE_INFINITY) this.#ending.set(subject, ends);
    if (!automatic) return;
    this.#automatic.add(subject);
    if (this.#automatic.size <= mostAutomatic) return;
    const [oldest] = this.#automatic;
    if (oldest !== undefined) this.drop(oldest);
  }

  drop(subject: string): void {
    this.#automatic.delete(subject);
    this.#ending.delete(subject);
    const user = userOf(subject);
    if (user !== undefined) this.#users.delete(user);
    else {
      const network = parseNetwork(subject);
      if (network !== undefined) this.#networks.delete(network);
    }
  }

  holds(subject: string): boolean {
    const user = userOf(subject);
    if (user !== undefined) return this.#users.has(user);
    const network = parseNetwork(subject);
    return network !== undefined && this.#networks.get(network) !== undefined;
  }

  /** The bans that hold for the address now, the narrowest first. */
  *of(address: string, now: number): Generator<HeldBan> {
    if (this.#networks.size === 0) return;
    for (const held of this.#networks.around(address)) if (held.ends > now) yield held;
  }

  hasUser(name: string, now: number): boolean {
    return (this.#users.get(name)?.ends ?? 0) > now;
  }

  /** Forgets some of those that have ended, so that many take no time at once. Returns whose. */
  sweep(now: number): readonly string[] {
    this.#sweep ??= this.#ending.entries();
    const ended: string[] = [];
    for (let count = 0; count < swept; count += 1) {
      const next = this.#sweep.next();
      if (next.done === true) {
        this.#sweep = undefined;
        break;
      }
      const [subject, ends] = next.value;
      if (ends <= now) ended.push(subject);
    }
    for (const subject of ended) this.drop(subject);
    return ended;
  }
}
