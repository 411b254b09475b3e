/** Resolves a name to addresses of either family. */
export type LookupHost = (host: string) => Promise<readonly string[]>;

export interface HostCacheOptions {
  readonly lookup: LookupHost;
  readonly ttl: number;
  readonly now: () => number;
}

interface Entry {
  addresses: readonly string[] | undefined;
  /** When the last lookup ended. */
  at: number;
  error: string | undefined;
  running: Promise<void> | undefined;
}

/** Names looked up in the background. A failed lookup never takes a good address away. */
export class HostCache {
  readonly #options: HostCacheOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: HostCacheOptions) {
    this.#options = options;
  }

  /** Starts a lookup unless one runs or the last is younger than the ttl. */
  refresh(host: string): void {
    const { ttl, now } = this.#options;
    let entry = this.#entries.get(host);
    if (!entry) {
      entry = { addresses: undefined, at: Number.NEGATIVE_INFINITY, error: undefined, running: undefined };
      this.#entries.set(host, entry);
    }
    if (entry.running || now() - entry.at < ttl) return;
    entry.running = this.#lookUp(host, entry);
  }

  /** What is known now; asks for news when that is old. */
  get(host: string): { readonly addresses: readonly string[]; readonly isStale: boolean } | undefined {
    this.refresh(host);
    const entry = this.#entries.get(host);
    return entry?.addresses && { addresses: entry.addresses, isStale: entry.error !== undefined };
  }

  lastError(host: string): string {
    return this.#entries.get(host)?.error ?? 'the lookup still runs';
  }

  async settled(): Promise<void> {
    await Promise.all([...this.#entries.values()].map((entry) => entry.running));
  }

  async #lookUp(host: string, entry: Entry): Promise<void> {
    try {
      const addresses = await this.#options.lookup(host);
      if (addresses.length === 0) throw new Error(`${host} has no address`);
      entry.addresses = addresses;
      entry.error = undefined;
    } catch (error) {
      entry.error = error instanceof Error ? error.message : String(error);
    }
    entry.at = this.#options.now();
    entry.running = undefined;
  }
}
