import { FilesError } from '../files/files.ts';
import {
  type Amount,
  type Hold,
  leftOf,
  nothing,
  plus,
  type Quota,
  type Refund,
  type Settlement,
  type Usage,
  type UsageState,
} from './usage.ts';

/** Milliseconds after which what could not be booked is tried again. */
const pause = 1000;

/**
 * What this process has to book. What cannot be booked because nobody answers is kept and booked as soon as somebody does: what is on the
 * disk is there, whether it is booked or not.
 */
export class UsageBooks {
  readonly usage: Usage;
  /** Of accounts that could not be booked for. */
  readonly #debts = new Map<string, (() => Promise<void>)[]>();
  #timer: NodeJS.Timeout | undefined;

  constructor(usage: Usage) {
    this.usage = usage;
  }

  /** Never rejects. */
  settle(settlement: Settlement): Promise<void> {
    return this.#surely(settlement.account, () => this.usage.settle(settlement));
  }

  /** Never rejects. */
  refund(refund: Refund): Promise<void> {
    return this.#surely(refund.account, () => this.usage.refund(refund));
  }

  /** Books what is owed. Rejects while nobody answers. */
  async pay(account: string): Promise<void> {
    const owed = this.#debts.get(account);
    if (owed === undefined) return;
    this.#debts.delete(account);
    for (const [index, book] of owed.entries()) {
      try {
        await book();
      } catch (error) {
        this.#debts.set(account, [...owed.slice(index), ...(this.#debts.get(account) ?? [])]);
        throw error;
      }
    }
  }

  async #surely(account: string, book: () => Promise<void>): Promise<void> {
    try {
      await book();
    } catch {
      this.#debts.set(account, [...(this.#debts.get(account) ?? []), book]);
      this.#later();
    }
  }

  #later(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#payAll();
    }, pause).unref();
  }

  async #payAll(): Promise<void> {
    try {
      for (const account of [...this.#debts.keys()]) await this.pay(account);
    } catch {
      this.#later();
    }
  }
}

/** The books of one account, with what it may store. */
export class AccountBook {
  readonly account: string;
  readonly quota: Quota;
  readonly #books: UsageBooks;

  constructor(books: UsageBooks, account: string, quota: Quota) {
    this.#books = books;
    this.account = account;
    this.quota = quota;
  }

  /** Rejects while nobody answers. */
  async hold(
    wanted: { readonly bytes: number; readonly least: number; readonly files: number },
    after?: Omit<Settlement, 'account'>,
  ): Promise<Hold> {
    const { account, quota } = this;
    await this.#books.pay(account);
    return this.#books.usage.hold({ account, quota, ...wanted, after: after && { account, ...after } });
  }

  /** Books what is stored now, or gone. Never rejects. */
  async settle(
    stored: Amount,
    { epoch, held }: Pick<Settlement, 'epoch' | 'held'> = { epoch: 0, held: nothing },
  ): Promise<void> {
    if (isNothing(stored) && isNothing(held)) return;
    await this.#books.settle({ account: this.account, epoch, held, stored });
  }

  /** @throws FilesError `busy` while nobody answers. */
  async state(): Promise<UsageState> {
    try {
      return await this.#books.usage.look(this.account);
    } catch (error) {
      throw unknown(error);
    }
  }

  /** @throws FilesError `busy` while nobody answers. */
  async left(): Promise<Amount> {
    const { used, held } = await this.state();
    return leftOf(this.quota, plus(used, held));
  }

  /** Room for names, to be settled when they are there. @throws FilesError `quota`, or `busy` while nobody answers. */
  async holdNames(files: number, path: string): Promise<Hold> {
    let hold: Hold;
    try {
      hold = await this.hold({ bytes: 0, least: 0, files });
    } catch (error) {
      throw unknown(error);
    }
    if (!hold.granted) throw this.full(path, hold.left);
    return hold;
  }

  /** Says which limit is reached, and what is left. */
  full(path: string, left: Amount): FilesError {
    const { bytes = 0, files = 0 } = this.quota;
    const reason =
      left.files === 0
        ? `Quota exceeded (all of ${files} files and folders are there)`
        : `Quota exceeded (${left.bytes} of ${bytes} bytes are left)`;
    return new FilesError('quota', { path, reason });
  }
}

/** Nobody can say now what the account may store. */
export function unknown(cause: unknown): FilesError {
  const reason = 'The quota of this account cannot be looked up at the moment, try again later';
  return new FilesError('busy', { reason, cause });
}

function isNothing({ bytes, files }: Amount): boolean {
  return bytes === 0 && files === 0;
}
