import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type Endpoint, endpoint } from '@duoport/protocol';
import { type NetworkSet, networkSet, plainAddress } from './address-class.ts';
import { HostCache, type LookupHost } from './host-cache.ts';
import { netLimits } from './net-limits.ts';

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
}

export interface AdvertisedFacts {
  /** The port leased. */
  readonly listening: Endpoint;
  /** The control connection's own address. */
  readonly local: string;
  /** Its peer's. */
  readonly client: string;
  readonly secure: boolean;
  /** Of the address that can be said: 4 for 227 and PORT, either for EPRT and LPRT. */
  readonly family: 4 | 6;
}

/** What to write into 227 (or PORT), or why nothing can be written. */
export type AdvertisedChoice =
  | { readonly endpoint: Endpoint; readonly because: string }
  | { readonly fault: string };

interface CompiledRule extends AdvertisedRule {
  readonly networks: NetworkSet | undefined;
}

/** The address that the peer is told to dial: a policy, not a constant. */
export class AdvertisedAddress {
  readonly #rules: readonly CompiledRule[];
  readonly #hosts: HostCache;

  /** Throws FTP_LOCAL_PROTOCOL for a network that is none. Starts to look up the names at once. */
  constructor(options: AdvertisedAddressOptions = {}) {
    this.#rules = (options.rules ?? []).map((rule) => ({
      ...rule,
      networks: rule.clients && networkSet(rule.clients),
    }));
    this.#hosts = new HostCache({
      lookup: options.lookup ?? systemLookup,
      ttl: options.ttl ?? netLimits.lookupTtl,
      now: options.now ?? (() => performance.now()),
    });
    this.refresh();
  }

  /** Looks up in the background what has grown old. Call it when a session begins: its first transfer then has the news. */
  refresh(): void {
    for (const { address } of this.#rules) if (isName(address)) this.#hosts.refresh(address);
  }

  /** Resolves when every name has been looked up once, successfully or not. */
  ready(): Promise<void> {
    return this.#hosts.settled();
  }

  /** Never waits, and never gives an address from a failed lookup: the last good one, or a fault. */
  choose(facts: AdvertisedFacts): AdvertisedChoice {
    const rule = this.#rules.find((candidate) => fits(candidate, facts));
    if (!rule)
      return own(facts, this.#rules.length === 0 ? 'no address is configured' : 'no rule fits this client');
    const { address, portOffset = 0 } = rule;
    const port = facts.listening.port + portOffset;
    if (port < 1 || port > 65_535)
      return { fault: `port ${facts.listening.port} plus ${portOffset} is no port` };
    if (address === 'local') return own({ ...facts, listening: { ...facts.listening, port } }, 'configured');
    if (!isName(address)) return { endpoint: endpoint(address, port), because: 'configured' };
    return this.#byName(address, port, facts.family);
  }

  #byName(name: string, port: number, family: 4 | 6): AdvertisedChoice {
    const known = this.#hosts.get(name);
    if (!known) return { fault: `${name} could not be looked up yet: ${this.#hosts.lastError(name)}` };
    const address = known.addresses.find((candidate) => isIP(candidate) === family);
    if (address === undefined) return { fault: `${name} has no IPv${family} address` };
    const age = known.isStale ? `, the last known address: ${this.#hosts.lastError(name)}` : '';
    return { endpoint: endpoint(address, port), because: `configured as ${name}${age}` };
  }
}

function fits(rule: CompiledRule, facts: AdvertisedFacts): boolean {
  if (rule.networks && !rule.networks.has(facts.client)) return false;
  if (rule.secure !== undefined && rule.secure !== facts.secure) return false;
  const family = isIP(plainAddress(rule.address));
  return family === 0 || family === facts.family;
}

function own(facts: AdvertisedFacts, why: string): AdvertisedChoice {
  const address = plainAddress(facts.local);
  if (isIP(address) !== facts.family) {
    return { fault: `the control connection has no IPv${facts.family} address to give: EPSV needs none` };
  }
  return {
    endpoint: { address, port: facts.listening.port, family: facts.family },
    because: `the control connection's own address: ${why}`,
  };
}

function isName(address: string): boolean {
  return address !== 'local' && isIP(address) === 0;
}

async function systemLookup(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true, verbatim: true });
  return found.map(({ address }) => address);
}
