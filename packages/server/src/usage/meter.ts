import type { Awaitable, ByteSource } from '@duoport/net';
import { FilesError, type WriteHandle } from '../files/files.ts';
import { then } from '../then.ts';
import type { TransferPlan } from '../transfer.ts';
import { blockAfter, pieceOf, total } from './blocks.ts';
import { nextBegins, type Period, type PeriodKind, periodAt, stillCounts } from './period.ts';
import type { Direction, DrawRequest } from './usage.ts';
import { type UsageBooks, unknown } from './usage-books.ts';

/** What an account may move; what is left out is not limited. */
export interface Allowance {
  /** Bytes to the server. */
  readonly up?: number | undefined;
  /** Bytes to the client. */
  readonly down?: number | undefined;
  readonly period: PeriodKind;
  readonly timeZone: string;
}

/** Draws the bytes of files that are transferred from the allowance of an account. */
export class Meter {
  readonly account: string;
  readonly allowance: Allowance;
  readonly #books: UsageBooks;
  readonly #now: () => number;

  constructor(
    books: UsageBooks,
    {
      account,
      allowance,
      now = Date.now,
    }: {
      readonly account: string;
      readonly allowance: Allowance;
      readonly now?: () => number;
    },
  ) {
    this.#books = books;
    this.account = account;
    this.allowance = allowance;
    this.#now = now;
  }

  get period(): Period {
    return periodAt(this.allowance.period, this.allowance.timeZone, this.#now());
  }

  /**
   * The same transfer, on the meter.
   * @throws FilesError before anything is sent: `busy` when more is to come with time, or while nobody can be asked, else `denied`.
   */
  async metered(plan: TransferPlan): Promise<TransferPlan> {
    const direction: Direction = plan.direction === 'send' ? 'down' : 'up';
    const limit = this.allowance[direction];
    if (limit === undefined) return plan;
    const { account, period } = this;
    const left = limit - (await this.#moved(direction, period));
    if (left <= 0) {
      if (plan.direction === 'send') await plan.source.close?.();
      throw usedUp({ direction, limit, period }, 'before');
    }
    const tab = new Tab(this.#books, { account, direction, period, limit });
    if (plan.direction === 'send') return { ...plan, source: tab.source(plan.source) };
    const open = async () => tab.handle(await plan.plan.open());
    return { ...plan, plan: { ...plan.plan, open } };
  }

  async #moved(direction: Direction, period: Period): Promise<number> {
    try {
      const state = await this.#books.usage.look(this.account);
      return stillCounts(state.period, period) ? state[direction] : 0;
    } catch (error) {
      throw unknown(error);
    }
  }
}

type TabFacts = Omit<DrawRequest, 'bytes'>;

/** What one transfer draws. */
class Tab {
  readonly #books: UsageBooks;
  readonly #facts: TabFacts;
  #moved = 0;
  /** Bytes that may be moved without asking. */
  #room = 0;
  /** Of those, moved while nobody could be asked. */
  #owed = 0;

  constructor(books: UsageBooks, facts: TabFacts) {
    this.#books = books;
    this.#facts = facts;
  }

  source(source: ByteSource): ByteSource {
    const read = (into: Uint8Array, at: number): Awaitable<number> => {
      const piece = into.length > this.#room ? into.subarray(0, this.#room) : into;
      return then(source.read(piece, at), (count) => this.#take(count));
    };
    return {
      size: source.size,
      read: (into, at) => {
        if (this.#room > 0) return read(into, at);
        return this.#draw().then(async (isGranted) => {
          if (isGranted) return read(into, at);
          // The end of the file needs no allowance.
          if ((await source.read(into.subarray(0, 1), at)) === 0) return 0;
          throw usedUp(this.#facts, 'within');
        });
      },
      close: async () => {
        await source.close?.();
        await this.#end();
      },
    };
  }

  handle(handle: WriteHandle): WriteHandle {
    return {
      offset: handle.offset,
      write: (chunks, at) => {
        const size = total(chunks);
        if (size > this.#room) return this.#writeAsked(handle, chunks, at);
        this.#take(size);
        return handle.write(chunks, at);
      },
      get path() {
        return handle.path;
      },
      finish: async (sum) => {
        await handle.finish(sum);
        await this.#end();
      },
      abandon: async () => {
        await handle.abandon();
        await this.#end();
      },
    };
  }

  async #writeAsked(handle: WriteHandle, chunks: readonly Uint8Array[], at: number): Promise<void> {
    const size = total(chunks);
    let done = 0;
    while (done < size) {
      if (this.#room === 0 && !(await this.#draw())) throw usedUp(this.#facts, 'within');
      const fits = this.#take(Math.min(size - done, this.#room));
      await handle.write(pieceOf(chunks, done, done + fits), at + done);
      done += fits;
    }
  }

  #take(bytes: number): number {
    this.#room -= bytes;
    this.#moved += bytes;
    return bytes;
  }

  async #draw(): Promise<boolean> {
    const bytes = blockAfter(this.#moved);
    try {
      this.#room += await this.#books.usage.draw({ ...this.#facts, bytes });
    } catch {
      // What runs goes on, and is booked when somebody can be asked again.
      this.#room += bytes;
      this.#owed += bytes;
    }
    return this.#room > 0;
  }

  async #end(): Promise<void> {
    const bytes = this.#room - this.#owed;
    this.#room = 0;
    this.#owed = 0;
    const { limit: _, ...facts } = this.#facts;
    if (bytes !== 0) await this.#books.refund({ ...facts, bytes });
  }
}

function usedUp(
  { direction, limit, period }: Pick<TabFacts, 'direction' | 'limit' | 'period'>,
  when: 'before' | 'within',
): FilesError {
  const next = nextBegins(period);
  const what = direction === 'up' ? 'uploads' : 'downloads';
  const kept = when === 'within' && direction === 'up' ? '; what arrived is kept' : '';
  const reason = `The allowance of ${limit} bytes for ${what} ${spans[period.kind]} is used up${
    next === undefined ? '' : `, the next begins on ${next}`
  }${kept}`;
  if (when === 'within') return new FilesError('quota', { reason });
  return new FilesError(next === undefined ? 'denied' : 'busy', { reason });
}

const spans: Readonly<Record<PeriodKind, string>> = {
  day: 'of this day',
  week: 'of this week',
  month: 'of this month',
  ever: 'in all',
};
