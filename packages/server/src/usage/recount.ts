import type { Amount, Usage } from './usage.ts';

/** How often a folder is counted again because something was stored in it meanwhile. */
const tries = 3;

/** How a recount went. */
export interface Recounted {
  readonly before: Amount;
  readonly now: Amount;
  /** Something was stored or removed each time it was counted: what was stored meanwhile may be in it twice. */
  readonly isBusy: boolean;
}

/** Counts what an account has stored and sets it, while the account is used. `count` looks at the disk. */
export async function recount(
  usage: Usage,
  account: string,
  count: () => Promise<Amount>,
): Promise<Recounted> {
  const { used: before } = await usage.look(account);
  for (let left = tries; ; left -= 1) {
    const { mark: since } = await usage.look(account);
    const counted = await count();
    const isBusy = left === 1;
    if (await usage.recount({ account, counted, since, anyway: isBusy })) {
      if (!isBusy) return { before, now: counted, isBusy };
      return { before, now: (await usage.look(account)).used, isBusy: true };
    }
  }
}
