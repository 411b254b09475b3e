import type { Rates } from './rates.ts';
import { Throttle } from './throttle.ts';

/** What a user may have, all sessions together. What is left out is not limited. */
export interface UserLimits {
  /** Sessions at the same time. */
  readonly sessions?: number | undefined;
  /** Bytes a second to the client. */
  readonly toClient?: number | undefined;
  /** Bytes a second to the server. */
  readonly toServer?: number | undefined;
}

/** One session of a user. */
export interface Seat {
  throttle(direction: 'to-client' | 'to-server'): Throttle | undefined;
  /** Once; later calls do nothing. */
  leave(): void;
}

interface Table {
  seated: number;
  readonly throttles: Readonly<Record<'to-client' | 'to-server', Throttle | undefined>>;
}

/** Who is logged in, and how often. Knows nobody who is not. */
export class UserSeats {
  readonly #limitsOf: (user: string) => UserLimits;
  readonly #tables = new Map<string, Table>();
  readonly #rates: Rates | undefined;

  /** `rates`: who keeps them, when the users have sessions in other processes too. */
  constructor(limits: UserLimits | ((user: string) => UserLimits | undefined) = {}, rates?: Rates) {
    this.#limitsOf = typeof limits === 'function' ? (user) => limits(user) ?? {} : () => limits;
    this.#rates = rates;
  }

  /** Undefined: all of the user's sessions are taken. `limits`: where they are known with the user. */
  take(user: string, limits: UserLimits = this.#limitsOf(user)): Seat | undefined {
    const { sessions = Number.POSITIVE_INFINITY, toClient, toServer } = limits;
    const table = this.#tables.get(user) ?? {
      seated: 0,
      throttles: {
        'to-client': this.#throttle(`down ${user}`, toClient),
        'to-server': this.#throttle(`up ${user}`, toServer),
      },
    };
    if (table.seated >= sessions) return undefined;
    table.seated += 1;
    this.#tables.set(user, table);
    let isSeated = true;
    return {
      throttle: (direction) => table.throttles[direction],
      leave: () => {
        if (!isSeated) return;
        isSeated = false;
        table.seated -= 1;
        if (table.seated === 0) this.#tables.delete(user);
      },
    };
  }

  #throttle(name: string, rate: number | undefined): Throttle | undefined {
    const rates = this.#rates;
    if (rate === undefined || rates === undefined) return rate === undefined ? undefined : new Throttle(rate);
    // Nobody waits for a process that is gone.
    return new Throttle(rate, (count) => rates.take(name, rate, count).catch(() => 0));
  }
}
