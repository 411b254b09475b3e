import { formatNetwork, networkAround, RecentMap, TokenBucket } from '@duoport/net';

/** Logins of one minute; what is left out is not limited. */
export interface LoginRates {
  readonly inAll?: number | undefined;
  readonly perAddress?: number | undefined;
}

/** Milliseconds that a login waits for its turn before it is refused. */
const patience = 10_000;
/** Addresses that are counted; of more, the one that was quiet for the longest time starts anew. */
const mostAddresses = 10_000;

/** So many logins a minute, right or wrong: those that come too fast wait for their turn, and where that takes too long they are refused. */
export class LoginGate {
  readonly #rates: LoginRates;
  readonly #all: TokenBucket | undefined;
  readonly #addresses = new RecentMap<string, TokenBucket>(mostAddresses);

  constructor(rates: LoginRates, now: number) {
    this.#rates = rates;
    this.#all = bucketOf(rates.inAll, now);
  }

  /** Milliseconds to wait; undefined: too many. */
  wait(address: string, now: number): number | undefined {
    const buckets = [this.#bucketFor(address, now), this.#all].filter((one) => one !== undefined);
    // Nobody takes from the one what the other does not let him use.
    if (buckets.some((bucket) => bucket.due(1, now) > patience)) return undefined;
    return Math.max(0, ...buckets.map((bucket) => bucket.take(1, now)));
  }

  #bucketFor(address: string, now: number): TokenBucket | undefined {
    const { perAddress } = this.#rates;
    if (perAddress === undefined) return undefined;
    // Whoever has one address of IPv6 has the 64 bits behind it too.
    const host = networkAround(address, { four: 32, six: 64 });
    const key = host === undefined ? address : formatNetwork(host);
    const bucket = this.#addresses.get(key) ?? bucketOf(perAddress, now);
    if (bucket === undefined) return undefined;
    this.#addresses.keep(key, bucket);
    return bucket;
  }
}

/** What was not used is saved up for a minute. */
function bucketOf(perMinute: number | undefined, now: number): TokenBucket | undefined {
  return perMinute === undefined
    ? undefined
    : new TokenBucket({ rate: perMinute / 60, burst: perMinute, now });
}
