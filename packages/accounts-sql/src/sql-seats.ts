import type { SeatRequest } from '@duoport/server';
import type { Database, Run } from './database.ts';

interface Seat {
  readonly id: string;
  readonly user: string;
}

/** What was seen last of another node. */
interface Watched {
  readonly beat: number;
  /** Since when it shows the same. */
  readonly since: number;
}

/**
 * The sessions of users over all nodes. A node that has some counts up a number in the database; whoever sees another's number stand still for
 * the length of a lease takes that node for dead and its seats away. Nobody's clock is compared with anybody else's, so none can be wrong.
 */
export class SqlSeats {
  readonly #database: Database;
  readonly #node: string;
  readonly #lease: number;
  readonly #held = new Map<number, readonly Seat[]>();
  /** Left, and the database does not know it yet. */
  readonly #owed = new Set<string>();
  readonly #watched = new Map<string, Watched>();
  #next = 1;
  #beaten = Number.NEGATIVE_INFINITY;

  /** `lease`: milliseconds. */
  constructor(database: Database, node: string, lease: number) {
    this.#database = database;
    this.#node = node;
    this.#lease = lease;
  }

  async take({ session, user, sessions }: SeatRequest): Promise<boolean> {
    const seat = { id: `${this.#node}.${this.#next++}`, user };
    const isTaken = await this.#tried(seat, sessions);
    if (isTaken) this.#held.set(session, [...(this.#held.get(session) ?? []), seat]);
    return isTaken;
  }

  async #tried(seat: Seat, sessions: number): Promise<boolean> {
    const owed = [...this.#owed];
    try {
      const isTaken = await this.#database.exclusively(async (run) => {
        for (const id of owed) await run('delete from duoport_seats where id = ?', [id]);
        const sql = 'select count(*) as taken from duoport_seats where user_name = ?';
        const { rows } = await run(sql, [seat.user]);
        if (Number(rows[0]?.['taken']) >= sessions) return false;
        await this.#enter(run, [seat]);
        return true;
      });
      for (const id of owed) this.#owed.delete(id);
      return isTaken;
    } catch (error) {
      // Where it is not known how it ended, it is given back.
      this.#owed.add(seat.id);
      throw error;
    }
  }

  async leave(session: number, which: 'first' | 'all'): Promise<void> {
    const seats = this.#held.get(session) ?? [];
    const [leaving, staying] = which === 'all' ? [seats, []] : [seats.slice(0, 1), seats.slice(1)];
    if (staying.length === 0) this.#held.delete(session);
    else this.#held.set(session, staying);
    if (leaving.length === 0) return;
    for (const { id } of leaving) this.#owed.add(id);
    // The next beat tries again.
    await this.#pay().catch(() => undefined);
  }

  async beat(now: number): Promise<void> {
    const gap = now - this.#beaten;
    if (gap < this.#lease / 5) return;
    await this.#pay();
    if (this.#held.size > 0) await this.#live();
    // Whoever could not look has not seen anybody stand still.
    if (gap > this.#lease / 2) this.#watched.clear();
    await this.#watch(now);
    this.#beaten = now;
  }

  /** Gives all back: the process ends. */
  async close(): Promise<void> {
    if (this.#next === 1) return;
    await this.#database.exclusively((run) => dismiss(run, this.#node));
  }

  /** A node that was taken for dead is back with all its sessions. */
  async #live(): Promise<void> {
    const sql = 'update duoport_nodes set beat = beat + 1 where id = ?';
    const { changed } = await this.#database.run(sql, [this.#node]);
    if (changed > 0) return;
    await this.#database.exclusively((run) => this.#enter(run, [...this.#held.values()].flat()));
  }

  async #enter(run: Run, seats: readonly Seat[]): Promise<void> {
    await run('insert into duoport_nodes (id, beat) values (?, 0) on conflict do nothing', [this.#node]);
    for (const { id, user } of seats) {
      const sql = 'insert into duoport_seats (id, node, user_name) values (?, ?, ?) on conflict do nothing';
      await run(sql, [id, this.#node, user]);
    }
  }

  async #pay(): Promise<void> {
    for (const id of this.#owed) {
      await this.#database.run('delete from duoport_seats where id = ?', [id]);
      this.#owed.delete(id);
    }
  }

  async #watch(now: number): Promise<void> {
    const { rows } = await this.#database.run('select id, beat from duoport_nodes');
    const seen = new Set<string>();
    for (const row of rows) {
      const [id, beat] = [String(row['id']), Number(row['beat'])];
      if (id === this.#node) continue;
      seen.add(id);
      const before = this.#watched.get(id);
      if (before?.beat !== beat) this.#watched.set(id, { beat, since: now });
      else if (now - before.since > this.#lease) await this.#bury(id, beat);
    }
    for (const id of this.#watched.keys()) if (!seen.has(id)) this.#watched.delete(id);
  }

  /** Unless it has given a sign of life in this moment. */
  async #bury(id: string, beat: number): Promise<void> {
    await this.#database.exclusively(async (run) => {
      const { rows } = await run('select beat from duoport_nodes where id = ?', [id]);
      if (rows[0] !== undefined && Number(rows[0]['beat']) === beat) await dismiss(run, id);
    });
  }
}

async function dismiss(run: Run, node: string): Promise<void> {
  await run('delete from duoport_seats where node = ?', [node]);
  await run('delete from duoport_nodes where id = ?', [node]);
}
