import { type Ban, leftOf } from './ban.ts';
import type { BanChange, Points, SeatRequest, SharedDefence } from './shared-defence.ts';

/** Bans, and those that are over, before the oldest that nobody asked for is forgotten. */
const mostKept = 200_000;

/** Of a server that shares nothing: it lasts as long as the process. */
export class MemoryDefence implements SharedDefence {
  readonly #bans = new Map<string, { readonly ban: Ban | undefined; readonly revision: number }>();
  /** Users by session, in the order in which they sat down. */
  readonly #seats = new Map<number, readonly string[]>();
  readonly #taken = new Map<string, number>();
  #revision = 0;

  async addBan(ban: Ban): Promise<void> {
    const before = this.#bans.get(ban.subject)?.ban;
    // What an operator has banned is not shortened by a ban that nobody asked for.
    const holds = before !== undefined && leftOf(before, ban.since) > 0;
    if (holds && before.by === 'operator' && ban.by === 'defence') return;
    this.#change(ban.subject, ban);
  }

  async removeBan(subject: string): Promise<boolean> {
    const was = this.#bans.get(subject)?.ban !== undefined;
    if (was) this.#change(subject, undefined);
    return was;
  }

  async bans(most: number, wall: number) {
    const all = [...this.#bans.values()].flatMap(({ ban }) =>
      ban !== undefined && leftOf(ban, wall) > 0 ? [ban] : [],
    );
    return { total: all.length, bans: all.reverse().slice(0, most) };
  }

  async changes(after: number) {
    const changes: BanChange[] = [];
    for (const [subject, { ban, revision }] of this.#bans) {
      if (revision <= after) continue;
      changes.push(ban === undefined ? { kind: 'unbanned', subject } : { kind: 'banned', ban });
    }
    return { revision: this.#revision, changes };
  }

  async exchange(_points: readonly Points[]): Promise<readonly Points[]> {
    return [];
  }

  async takeSeat({ session, user, sessions }: SeatRequest): Promise<boolean> {
    const taken = this.#taken.get(user) ?? 0;
    if (taken >= sessions) return false;
    this.#taken.set(user, taken + 1);
    this.#seats.set(session, [...(this.#seats.get(session) ?? []), user]);
    return true;
  }

  async leaveSeat(session: number, which: 'first' | 'all' = 'first'): Promise<void> {
    const seated = this.#seats.get(session) ?? [];
    const [leaving, staying] = which === 'all' ? [seated, []] : [seated.slice(0, 1), seated.slice(1)];
    for (const user of leaving) {
      const left = (this.#taken.get(user) ?? 1) - 1;
      if (left === 0) this.#taken.delete(user);
      else this.#taken.set(user, left);
    }
    if (staying.length === 0) this.#seats.delete(session);
    else this.#seats.set(session, staying);
  }

  async beat(): Promise<void> {}

  async close(): Promise<void> {}

  /** At the end of the order. */
  #change(subject: string, ban: Ban | undefined): void {
    this.#revision += 1;
    this.#bans.delete(subject);
    this.#bans.set(subject, { ban, revision: this.#revision });
    if (this.#bans.size > mostKept) this.#forgetOldest();
  }

  #forgetOldest(): void {
    for (const [subject, { ban }] of this.#bans) {
      if (ban?.by === 'operator') continue;
      this.#bans.delete(subject);
      return;
    }
  }
}
