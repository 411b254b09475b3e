import { type Ban, leftOf, lengthOf } from './ban.ts';
import { BanCopy } from './ban-copy.ts';
import type { BanChange, Points, SharedDefence } from './shared-defence.ts';

export interface SharedCopyOptions {
  readonly shared: SharedDefence;
  readonly refresh: number;
  readonly now: () => number;
  readonly wall: () => number;
  /** Another node, or a command, has changed the bans. */
  changed(change: BanChange): void;
  /** Another node has told of points. */
  heard(points: Points): void;
  /** What is shared cannot be reached, or can again (undefined). */
  state(fault: string | undefined): void;
}

/** After so long without news all is read anew: what was taken back in the meantime may be forgotten by the database. Milliseconds. */
const outdated = 3_600_000;
/** Told at once. Of more, those with the most points count. */
const mostPoints = 1000;
/** Bans that wait for a database that is gone. */
const mostUnsent = 10_000;

/** This node's copy of the bans that are shared, and what it has to tell the others. */
export class SharedCopy {
  readonly #options: SharedCopyOptions;
  #bans = new BanCopy();
  /** Bans of this node that the others do not know yet. */
  readonly #unsent = new Map<string, Ban>();
  /** Bans that came from here, by subject: news of them is none. */
  readonly #own = new Map<string, number>();
  #points = new Map<string, number>();
  #revision = 0;
  #loaded = false;
  #newsAt: number;
  #fault: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #busy: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: SharedCopyOptions) {
    this.#options = options;
    this.#newsAt = options.now();
  }

  get bans(): BanCopy {
    return this.#bans;
  }

  async start(): Promise<void> {
    await this.refresh();
    this.#wait();
  }

  /** One after the other; never rejects. */
  refresh(): Promise<void> {
    this.#busy = this.#busy.then(() => this.#refresh());
    return this.#busy;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#busy;
  }

  /** It holds here at once, and for the others as soon as they can be told. */
  impose(ban: Ban): void {
    this.holdNew(ban);
    this.#unsent.set(ban.subject, ban);
    if (this.#unsent.size <= mostUnsent) return;
    const [oldest] = this.#unsent.keys();
    if (oldest !== undefined) this.#unsent.delete(oldest);
  }

  /** The others know it already. */
  holdNew(ban: Ban): void {
    this.#own.set(ban.subject, ban.since);
    this.#bans.hold(ban, lengthOf(ban), this.#options.now());
  }

  dropNew(subject: string): void {
    this.#own.delete(subject);
    this.#unsent.delete(subject);
    this.#bans.drop(subject);
  }

  tell({ subject, points }: Points): void {
    this.#points.set(subject, (this.#points.get(subject) ?? 0) + points);
    if (this.#points.size > 2 * mostPoints) this.#points = strongest(this.#points);
  }

  #wait(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.refresh().then(() => this.#wait()), this.#options.refresh);
    // It keeps nobody alive who has nothing else to do.
    this.#timer.unref();
  }

  async #refresh(): Promise<void> {
    const { shared, now } = this.#options;
    for (const subject of this.#bans.sweep(now())) this.#own.delete(subject);
    try {
      for (const [subject, ban] of this.#unsent) {
        await shared.addBan(ban);
        if (this.#unsent.get(subject) === ban) this.#unsent.delete(subject);
      }
      await this.#learn();
      const points = this.#points.size === 0 ? [] : [...strongest(this.#points)];
      const heard = await shared.exchange(points.map(([subject, count]) => ({ subject, points: count })));
      for (const [subject, count] of points) this.#told(subject, count);
      for (const each of heard) this.#options.heard(each);
      await shared.beat(now());
      this.#reached(undefined);
    } catch (error) {
      this.#reached(error instanceof Error ? error.message : String(error));
    }
  }

  async #learn(): Promise<void> {
    const { shared, now } = this.#options;
    if (now() - this.#newsAt > outdated) this.#forget();
    for (;;) {
      const { revision, changes } = await shared.changes(this.#revision);
      for (const change of changes) this.#apply(change);
      this.#newsAt = now();
      if (revision === this.#revision) break;
      this.#revision = revision;
    }
    this.#loaded = true;
  }

  /** What was decided here and not told yet holds on. */
  #forget(): void {
    this.#bans = new BanCopy();
    this.#revision = 0;
    this.#loaded = false;
    for (const ban of this.#unsent.values()) this.holdNew(ban);
  }

  #apply(change: BanChange): void {
    const { now, wall, changed } = this.#options;
    if (change.kind === 'unbanned') {
      const { subject } = change;
      if (!this.#bans.holds(subject)) return;
      this.dropNew(subject);
      if (this.#loaded) changed(change);
      return;
    }
    const { ban } = change;
    if (this.#own.get(ban.subject) === ban.since) return;
    this.#own.delete(ban.subject);
    // One that was made while this node looked on holds for its length, whatever the clocks of two machines show.
    this.#bans.hold(ban, this.#loaded ? lengthOf(ban) : leftOf(ban, wall()), now());
    if (this.#loaded) changed(change);
  }

  #told(subject: string, count: number): void {
    const left = (this.#points.get(subject) ?? 0) - count;
    if (left > 0) this.#points.set(subject, left);
    else this.#points.delete(subject);
  }

  #reached(fault: string | undefined): void {
    if (this.#closed || (fault === undefined) === (this.#fault === undefined)) return;
    this.#fault = fault;
    this.#options.state(fault);
  }
}

function strongest(points: ReadonlyMap<string, number>): Map<string, number> {
  if (points.size <= mostPoints) return new Map(points);
  return new Map([...points].sort(([, one], [, other]) => other - one).slice(0, mostPoints));
}
