import type { PortPool } from '@duoport/net';
import type { Upstream } from '../upstream.ts';
import type { Fleet } from './fleet.ts';
import { type ProbeLogin, probe } from './probe.ts';
import type { Services } from './services.ts';

/** When and how servers are probed. Times are milliseconds. */
export interface HealthOptions {
  /** Between two probes of a server, give or take a tenth. Default 30,000. */
  readonly interval?: number | undefined;
  /** For each step of a probe. Default 10,000. */
  readonly timeout?: number | undefined;
  /** Also probes the login, and the data connection where the gateway dials it. */
  readonly login?: ProbeLogin | undefined;
  /** Default: those of `to`, when it is a list. */
  readonly servers?: readonly Upstream[] | undefined;
}

export interface HealthMonitorOptions extends HealthOptions {
  readonly servers: readonly Upstream[];
  readonly fleet: Fleet;
  readonly services: Services;
  readonly pool: PortPool;
}

/** Probes every server, one after the other for each, until it is closed. Keeps no process alive. */
export class HealthMonitor {
  readonly #options: HealthMonitorOptions;
  readonly #over = new AbortController();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #running = new Set<Promise<void>>();

  constructor(options: HealthMonitorOptions) {
    this.#options = options;
  }

  /** The first probes begin at once. */
  start(): void {
    for (const server of this.#options.servers) this.#begin(server);
  }

  async close(): Promise<void> {
    this.#over.abort();
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all(this.#running);
  }

  #begin(server: Upstream): void {
    const running = this.#probe(server).finally(() => {
      this.#running.delete(running);
      this.#schedule(server);
    });
    this.#running.add(running);
  }

  async #probe(server: Upstream): Promise<void> {
    const { services } = this.#options;
    // What DNS does not tell is no fault of a server; whoever comes is told.
    const targets = await services.expand([server]).catch(() => []);
    await Promise.all(targets.map((target) => this.#probeOne(target)));
  }

  async #probeOne(server: Upstream): Promise<void> {
    const { fleet, pool, login, timeout = 10_000 } = this.#options;
    const { signal } = this.#over;
    const wrong = await probe(server, { login, pool, timeout, signal }).catch((error: unknown) =>
      String(error),
    );
    // What was broken off says nothing of the server.
    if (!signal.aborted) fleet.probed(server, wrong);
  }

  #schedule(server: Upstream): void {
    if (this.#over.signal.aborted) return;
    const { interval = 30_000 } = this.#options;
    // Many gateways that were started together must not probe together for ever.
    const after = interval * (0.9 + 0.2 * Math.random());
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#begin(server);
    }, after);
    timer.unref();
    this.#timers.add(timer);
  }
}
