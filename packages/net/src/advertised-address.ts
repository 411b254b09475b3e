import type { Endpoint } from '@duoport/protocol';
import type { Trace } from './trace.ts';

/** Resolves a name to addresses of either family. */
export type LookupHost = (host: string) => Promise<readonly string[]>;

/** First rule that fits a client decides. */
export interface AdvertisedRule {
  /** Networks of clients it is for, e.g. `10.0.0.0/8`. Undefined: all. */
  readonly clients?: readonly string[] | undefined;
  /** Only when the control connection is (is not) TLS. Undefined: both. */
  readonly secure?: boolean | undefined;
  /** `local`: the address that the control connection came in on. Otherwise a literal address or a host name. */
  readonly address: string;
  /** Advertised port = listened port + this, for port-mapped NAT. Default 0. */
  readonly portOffset?: number | undefined;
}

export interface AdvertisedAddressOptions {
  /** Default: one rule, `local`. */
  readonly rules?: readonly AdvertisedRule[] | undefined;
  /** Milliseconds a looked-up name is used before it is looked up again in the background. Default: limits. */
  readonly ttl?: number | undefined;
  readonly lookup?: LookupHost | undefined;
  /** Milliseconds, monotonic. For tests. */
  readonly now?: (() => number) | undefined;
  readonly trace?: Trace | undefined;
}

/** What to write into 227 (or PORT), or why nothing can be written. */
export type AdvertisedChoice =
  | { readonly endpoint: Endpoint; readonly because: string }
  | { readonly fault: string };

/** The address that the peer is told to dial: a policy, not a constant. */
export class AdvertisedAddress {
  constructor(_options: AdvertisedAddressOptions = {}) {}
  /** Resolves when every name has been looked up once, successfully or not. */
  ready(): Promise<void> {
    throw new Error('not yet');
  }
  /** Never waits. `listening`: the port leased; `local`: the control connection's own address; `client`: its peer's. */
  choose(_facts: {
    readonly listening: Endpoint;
    readonly local: string;
    readonly client: string;
    readonly secure: boolean;
    readonly family: 4 | 6;
  }): AdvertisedChoice {
    throw new Error('not yet');
  }
}
