import type { DataVerb } from '@duoport/net';

/** What is known of a host: filled in by transfers, read by the next connection to the same host and port. */
export interface HostFacts {
  /** Verbs that the server refused or whose data connection could not be opened; the newest last. */
  readonly broken: readonly DataVerb[];
  /** The verb that opened the last data connection. */
  readonly works: DataVerb | undefined;
}

/**
 * Remembers facts by `host:port`. The store may be anything with get and set; it is read before each data
 * connection.
 */
export interface HostMemory {
  get(host: string): HostFacts | undefined;
  set(host: string, facts: HostFacts): void;
}

/** A memory of bounded size in this process; the host that was not used for longest is forgotten first. */
export function createHostMemory(capacity = 256): HostMemory {
  const facts = new Map<string, HostFacts>();
  return {
    get(host) {
      const known = facts.get(host);
      if (known === undefined) return undefined;
      facts.delete(host);
      facts.set(host, known);
      return known;
    },
    set(host, next) {
      facts.delete(host);
      facts.set(host, next);
      for (const oldest of facts.keys()) {
        if (facts.size <= capacity) break;
        facts.delete(oldest);
      }
    },
  };
}

/** The memory that clients share unless they are given their own. */
export const processMemory: HostMemory = createHostMemory();
