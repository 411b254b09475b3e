import type { PoolGauges } from '@duoport/net';
import { findVerb } from '@duoport/protocol';
import type { GatewayEvent } from './log.ts';

/** Data connections of one kind: how each side's half was made, and which way the bytes went. */
export interface TransferCounter {
  readonly direction: 'to-client' | 'to-server';
  readonly clientMode: 'passive' | 'active';
  readonly serverMode: 'passive' | 'active';
  readonly clientSecure: boolean;
  readonly serverSecure: boolean;
  /** Ended with a 2yz. */
  readonly done: number;
  /** Ended otherwise. */
  readonly failed: number;
  /** Of both. */
  readonly bytes: number;
}

/** What has happened since the gateway was made. Plain numbers that only grow, `open` and the ports aside. */
export interface GatewayMetrics {
  readonly sessions: { readonly total: number; readonly open: number; readonly secured: number };
  readonly logins: { readonly accepted: number; readonly refused: number };
  /** Control connections to servers. */
  readonly links: { readonly opened: number; readonly failed: number };
  /** Only those kinds that there were: at most 32. */
  readonly transfers: readonly TransferCounter[];
  /** Data connections whose TLS was passed through: how they ended, and their bytes. */
  readonly passed: {
    readonly done: number;
    readonly cut: number;
    readonly toClient: number;
    readonly toServer: number;
  };
  /** Faults of the gateway itself. */
  readonly faults: number;
  /** Data ports by side. */
  readonly ports: { readonly client: PoolGauges; readonly server: PoolGauges };
}

/** Counts what the log is told. */
export class Metrics {
  readonly #sessions = { total: 0, open: 0, secured: 0 };
  readonly #logins = { accepted: 0, refused: 0 };
  readonly #links = { opened: 0, failed: 0 };
  readonly #transfers = new Map<string, { -readonly [Key in keyof TransferCounter]: TransferCounter[Key] }>();
  readonly #passed = { done: 0, cut: 0, toClient: 0, toServer: 0 };
  #faults = 0;

  count(event: GatewayEvent): void {
    switch (event.kind) {
      case 'connected':
        this.#sessions.total += 1;
        this.#sessions.open += 1;
        return;
      case 'secured':
        this.#sessions.secured += 1;
        return;
      case 'linked':
        this.#links.opened += 1;
        return;
      case 'link-failed':
        this.#links.failed += 1;
        return;
      case 'login':
        this.#logins[event.reply.code === 230 ? 'accepted' : 'refused'] += 1;
        return;
      case 'transfer':
        this.#transfer(event);
        return;
      case 'passed':
        this.#passed[event.because === undefined ? 'done' : 'cut'] += 1;
        this.#passed.toClient += event.toClient;
        this.#passed.toServer += event.toServer;
        return;
      case 'closed':
        this.#sessions.open -= 1;
        return;
      case 'bug':
        this.#faults += 1;
    }
  }

  read(ports: GatewayMetrics['ports']): GatewayMetrics {
    return {
      sessions: { ...this.#sessions },
      logins: { ...this.#logins },
      links: { ...this.#links },
      transfers: [...this.#transfers.values()].map((counter) => ({ ...counter })),
      passed: { ...this.#passed },
      faults: this.#faults,
      ports,
    };
  }

  #transfer(event: Extract<GatewayEvent, { readonly kind: 'transfer' }>): void {
    const { verb, clientMode, serverMode, clientSecure, serverSecure, bytes, reply } = event;
    const direction = findVerb(verb)?.transfer === 'to-server' ? 'to-server' : 'to-client';
    const kind = { direction, clientMode, serverMode, clientSecure, serverSecure } as const;
    const key = Object.values(kind).join(' ');
    const counter = this.#transfers.get(key) ?? { ...kind, done: 0, failed: 0, bytes: 0 };
    this.#transfers.set(key, counter);
    counter[reply.code < 300 ? 'done' : 'failed'] += 1;
    counter.bytes += bytes;
  }
}
