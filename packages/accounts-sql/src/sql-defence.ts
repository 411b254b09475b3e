import { randomUUID } from 'node:crypto';
import type { Ban, BanChange, Points, SeatRequest, SharedDefence } from '@duoport/server';
import type { Database } from './database.ts';
import { SqlBans } from './sql-bans.ts';
import { SqlPoints } from './sql-points.ts';
import { SqlSeats } from './sql-seats.ts';

export interface SqlDefenceOptions {
  /** Milliseconds of silence after which the sessions of another node are over. Default 15,000. */
  readonly lease?: number;
  /** Milliseconds since the epoch. */
  readonly wall?: () => number;
}

/** Between two times that what is over is forgotten, in calls of `exchange`: about a minute. */
const sweepEvery = 60;

/** What the nodes of one server have in common, in the database of their accounts. */
export class SqlDefence implements SharedDefence {
  readonly #database: Database;
  readonly #wall: () => number;
  readonly #bans: SqlBans;
  readonly #points: SqlPoints;
  readonly #seats: SqlSeats;
  #exchanged = 0;

  constructor(database: Database, { lease = 15_000, wall = Date.now }: SqlDefenceOptions = {}) {
    // Another process, or another server of this one, is another node.
    const node = randomUUID();
    this.#database = database;
    this.#wall = wall;
    this.#bans = new SqlBans(database);
    this.#points = new SqlPoints(database, node);
    this.#seats = new SqlSeats(database, node, lease);
  }

  addBan(ban: Ban): Promise<void> {
    return this.#bans.add(ban);
  }

  removeBan(subject: string): Promise<boolean> {
    return this.#bans.remove(subject, this.#wall());
  }

  bans(most: number, wall: number): Promise<{ readonly total: number; readonly bans: readonly Ban[] }> {
    return this.#bans.list(most, wall);
  }

  changes(after: number): Promise<{ readonly revision: number; readonly changes: readonly BanChange[] }> {
    return this.#bans.changes(after);
  }

  async exchange(points: readonly Points[]): Promise<readonly Points[]> {
    const wall = this.#wall();
    if (this.#exchanged % sweepEvery === 0) {
      await this.#bans.sweep(wall);
      await this.#points.sweep(wall);
    }
    this.#exchanged += 1;
    return this.#points.exchange(points, wall);
  }

  takeSeat(seat: SeatRequest): Promise<boolean> {
    return this.#seats.take(seat);
  }

  leaveSeat(session: number, which: 'first' | 'all' = 'first'): Promise<void> {
    return this.#seats.leave(session, which);
  }

  beat(now: number): Promise<void> {
    return this.#seats.beat(now);
  }

  async close(): Promise<void> {
    // A database that is gone learns by the lease.
    await this.#seats.close().catch(() => undefined);
    await this.#database.close();
  }
}
