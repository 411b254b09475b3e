import type { AccountRules } from '../accounts/rules.ts';
import type { Files } from '../files/files.ts';
import { counted } from './counted-files.ts';
import { MemoryUsage } from './memory-usage.ts';
import { Meter } from './meter.ts';
import { AllOpenFiles } from './open-files.ts';
import type { Usage } from './usage.ts';
import { AccountBook, UsageBooks } from './usage-books.ts';

/** What is booked for one login. */
interface LoginUsage {
  readonly book?: AccountBook;
  readonly meter?: Meter;
  /** The same files, booked where `path` counts: `/`, or where a folder is mounted. */
  count(files: Files, path: string): Files;
}

/** Whose usage it is: that of all who share a pool, or of one user. */
export function usageAccount(user: string, { quotaPool }: Pick<AccountRules, 'quotaPool'>): string {
  return quotaPool === undefined ? `user ${user}` : `pool ${quotaPool}`;
}

/** Whether anything is booked for accounts with such rules. */
export function isBooked({ quotaBytes, quotaFiles, allowanceUp, allowanceDown }: AccountRules): boolean {
  return [quotaBytes, quotaFiles, allowanceUp, allowanceDown].some((rule) => rule !== undefined);
}

/** Joins the rules of accounts with what is booked for them. Accounts without such rules cost nothing. */
export class AccountUsage {
  readonly #books: UsageBooks;
  readonly #open = new AllOpenFiles();

  constructor(usage: Usage = new MemoryUsage()) {
    this.#books = new UsageBooks(usage);
  }

  of(user: string, rules: AccountRules): LoginUsage {
    if (!isBooked(rules)) return unbooked;
    const account = usageAccount(user, rules);
    const { quotaBytes: bytes, quotaFiles: files, quotaFolders = [] } = rules;
    const {
      allowanceUp: up,
      allowanceDown: down,
      allowancePeriod: period = 'month',
      timeZone = 'UTC',
    } = rules;
    const book =
      bytes === undefined && files === undefined
        ? undefined
        : new AccountBook(this.#books, account, { bytes, files });
    const allowance = { up, down, period, timeZone };
    return {
      ...(book && { book }),
      ...((up ?? down) !== undefined && { meter: new Meter(this.#books, { account, allowance }) }),
      count: (tree, path) =>
        book === undefined || (path !== '/' && !quotaFolders.includes(path))
          ? tree
          : counted(tree, book, this.#open.of(tree, account)),
    };
  }
}

const unbooked: LoginUsage = { count: (files) => files };
