import {
  type DrawRequest,
  type Hold,
  type HoldRequest,
  isBooked,
  MemoryUsage,
  measureFolders,
  type Recount,
  type Refund,
  recount,
  type Settlement,
  type Usage,
  type UsageState,
  usageAccount,
} from '@duoport/server';
import { printable } from '../printable.ts';
import type { ServePlan } from './plan.ts';

/** What a server keeps of its users, opened when the first one needs it. */
export class ServedUsage implements Usage {
  readonly #place: string | undefined;
  readonly #warn: (text: string) => void;
  #opened: Promise<Usage> | undefined;

  /** `place`: see `usagePlace`. `warn` hears of it when it has to be kept in memory. */
  constructor(place: string | undefined, warn: (text: string) => void) {
    this.#place = place;
    this.#warn = warn;
  }

  async hold(request: HoldRequest): Promise<Hold> {
    return (await this.#open()).hold(request);
  }

  async settle(settlement: Settlement): Promise<void> {
    await (await this.#open()).settle(settlement);
  }

  async draw(request: DrawRequest): Promise<number> {
    return (await this.#open()).draw(request);
  }

  async refund(refund: Refund): Promise<void> {
    await (await this.#open()).refund(refund);
  }

  async look(account: string): Promise<UsageState> {
    return (await this.#open()).look(account);
  }

  async recount(request: Recount): Promise<boolean> {
    return (await this.#open()).recount(request);
  }

  async forget(account: string): Promise<void> {
    await (await this.#open()).forget(account);
  }

  /** Looks at once whether it can be kept, where somebody named in the settings needs it; in memory it is counted anew. */
  async begin(users: ServePlan['users']): Promise<void> {
    const booked = users.filter(({ rules }) => isBooked(rules));
    if (booked.length === 0 || !((await this.#open()) instanceof MemoryUsage)) return;
    const folders = new Map<string, string[]>();
    for (const { name, rules, folder } of booked) {
      const account = usageAccount(name, rules);
      const more = (rules.quotaFolders ?? []).flatMap((path) => rules.folders?.[path] ?? []);
      folders.set(account, [...(folders.get(account) ?? []), folder, ...more]);
    }
    for (const [account, all] of folders) {
      await recount(this, account, () => measureFolders(all)).catch((error: unknown) => {
        const text = error instanceof Error ? error.message : String(error);
        this.#warn(`duoport: what ${printable(account)} has stored cannot be counted: ${printable(text)}`);
      });
    }
  }

  #open(): Promise<Usage> {
    this.#opened ??= this.#openPlace();
    return this.#opened;
  }

  async #openPlace(): Promise<Usage> {
    if (this.#place === undefined)
      return this.#inMemory('there is neither a settings file nor a database of users');
    try {
      const { openUsage } = await import('@duoport/accounts-sql');
      return await openUsage(this.#place);
    } catch (error) {
      return this.#inMemory(error instanceof Error ? error.message.replace(/\.$/, '') : String(error));
    }
  }

  #inMemory(because: string): Usage {
    this.#warn(
      `duoport: what users store and transfer is kept in memory only: ${printable(because)}. ` +
        'What is stored is counted anew at each start; allowances begin anew.',
    );
    return new MemoryUsage();
  }
}
