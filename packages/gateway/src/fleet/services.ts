import type { LookupServices, ServiceRecord } from '@duoport/net';
import type { Upstream } from '../upstream.ts';
import { balance } from './balance.ts';

export interface ServicesOptions {
  readonly lookup: LookupServices;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

interface Entry {
  records: readonly ServiceRecord[] | undefined;
  /** When the last lookup ended. */
  at: number;
  running: Promise<void> | undefined;
}

/** Milliseconds that an answer is used before it is asked for again. */
const fresh = 30_000;
/** Names that are remembered. */
const most = 1000;

/** Servers that DNS names: the upstreams with `service` become those of their SRV records (RFC 2782). */
export class Services {
  readonly #options: ServicesOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: ServicesOptions) {
    this.#options = options;
  }

  /** Rejects with FTP_CONNECTION, phase `resolve`, when there is no answer and never was, and no other server either. */
  async expand(upstreams: readonly Upstream[]): Promise<readonly Upstream[]> {
    if (upstreams.every(({ service }) => service !== true)) return upstreams;
    const settled = await Promise.allSettled(
      upstreams.map(async (upstream) => (upstream.service === true ? await this.#of(upstream) : [upstream])),
    );
    const found = settled.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    const failed = settled.find((one) => one.status === 'rejected');
    if (found.length === 0 && failed !== undefined) throw failed.reason;
    return found;
  }

  async #of(upstream: Upstream): Promise<readonly Upstream[]> {
    const records = await this.#records(upstream.host);
    const ranks = [...new Set(records.map(({ priority }) => priority))].sort((a, b) => a - b);
    // RFC 6125 §6.5: DNS is not to be believed in whose certificate it must be; that is the domain that was asked for.
    const domain = upstream.host.replace(/^(?:_[^.]*\.)+/, '');
    const servers = records.map(({ host, port, priority, weight }) => ({
      ...upstream,
      service: undefined,
      host,
      port,
      weight,
      priority: (upstream.priority ?? 0) + ranks.indexOf(priority),
      tlsSettings: { ...upstream.tlsSettings, servername: upstream.tlsSettings?.servername ?? domain },
    }));
    // In RFC 2782's own order; a balance that goes by more than order makes its own of them.
    return balance(servers, { how: 'weighted', user: '', open: () => 0, random: this.#options.random });
  }

  /** An answer that has grown old is used while a new one is on its way, and kept when none comes. */
  async #records(name: string): Promise<readonly ServiceRecord[]> {
    const entry = this.#entries.get(name) ?? {
      records: undefined,
      at: Number.NEGATIVE_INFINITY,
      running: undefined,
    };
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= most) break;
      this.#entries.delete(oldest);
    }
    const { lookup, now } = this.#options;
    if (entry.running === undefined && now() - entry.at >= fresh) {
      entry.running = lookup(name)
        .then((records) => {
          entry.records = records;
        })
        .finally(() => {
          entry.at = now();
          entry.running = undefined;
        });
      entry.running.catch(noValue); // whoever waits is told
    }
    if (entry.records === undefined) await entry.running;
    return entry.records ?? [];
  }
}

function noValue(): undefined {
  return undefined;
}
