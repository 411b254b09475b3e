import type { Upstream } from '../upstream.ts';
import { type Balance, balance, keyOf } from './balance.ts';

/** Something has changed about a server. Plain data. */
export interface HealthEvent {
  readonly host: string;
  readonly port: number;
  /** `ejected`: several clients in a row could not be taken there. `unhealthy`: a probe says so. */
  readonly state: 'healthy' | 'unhealthy' | 'ejected' | 'draining';
  readonly because: string;
}

/** How one server stands. */
export interface ServerStatus extends HealthEvent {
  /** Control connections of this gateway's clients. */
  readonly sessions: number;
}

/** When a server is left alone for a while, because it could not be reached. What it answers does not count against it. */
export interface EjectionPolicy {
  /** Failures in a row. Default 5. */
  readonly after?: number | undefined;
  /** Milliseconds the first time; twice as long the second, up to ten times. Default 30,000. */
  readonly for?: number | undefined;
}

export interface FleetOptions {
  readonly balance: Balance;
  readonly eject?: EjectionPolicy | undefined;
  readonly changed?: ((event: HealthEvent) => void) | undefined;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  readonly random: () => number;
}

interface Known {
  readonly upstream: Upstream;
  open: number;
  failures: number;
  ejections: number;
  ejectedUntil: number;
  draining: boolean;
  /** What the last probe found wrong. */
  wrong: string | undefined;
  because: string;
}

/** So many servers are remembered; of more (a forward gateway to anywhere) the idle ones are forgotten. */
const mostKnown = 10_000;
const longest = 10;

/** What is known of the servers: who is there, who is not, and whom to try first. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #known = new Map<string, Known>();

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /**
   * In the order in which they are to be tried. Those that do not work come last and not never: when nobody is there, the knowledge
   * may be old. Those that drain are left out.
   */
  order(upstreams: readonly Upstream[], user: string): readonly Upstream[] {
    const { balance: how, random } = this.#options;
    const facts = {
      how,
      user,
      random,
      open: (upstream: Upstream) => this.#known.get(keyOf(upstream))?.open ?? 0,
    };
    const there = upstreams.filter((upstream) => this.#known.get(keyOf(upstream))?.draining !== true);
    const works = (upstream: Upstream): boolean => this.#works(this.#known.get(keyOf(upstream)));
    return [
      ...balance(there.filter(works), facts),
      ...balance(
        there.filter((upstream) => !works(upstream)),
        facts,
      ),
    ];
  }

  /** Whether a link that is there already may stay, when the order is this. */
  suits(upstream: Upstream, order: readonly Upstream[]): boolean {
    const fit = this.#options.balance === 'sticky' ? order.slice(0, 1) : order;
    return fit.some((one) => keyOf(one) === keyOf(upstream));
  }

  /** A session has its control connection there; call what is returned when it is gone. */
  opened(upstream: Upstream): () => void {
    const known = this.#of(upstream);
    known.open += 1;
    return () => {
      known.open -= 1;
      this.#forget(known);
    };
  }

  succeeded(upstream: Upstream): void {
    const known = this.#known.get(keyOf(upstream));
    if (known === undefined || known.failures === 0) return;
    const wasEjected = known.ejectedUntil > 0;
    Object.assign(known, { failures: 0, ejections: 0, ejectedUntil: 0 });
    if (wasEjected) this.#tell(known, 'it works again');
    this.#forget(known);
  }

  failed(upstream: Upstream, because: string): void {
    const { eject: { after = 5, for: length = 30_000 } = {}, now } = this.#options;
    const known = this.#of(upstream);
    known.failures += 1;
    if (known.failures < after || known.ejectedUntil > now()) return;
    known.ejections = Math.min(known.ejections + 1, longest);
    known.ejectedUntil = now() + length * known.ejections;
    this.#tell(known, because);
  }

  /** What a probe has found: undefined when all is well. */
  probed(upstream: Upstream, wrong: string | undefined): void {
    const known = this.#of(upstream);
    const before = known.wrong;
    known.wrong = wrong;
    if ((before === undefined) !== (wrong === undefined))
      this.#tell(known, wrong ?? 'the probe found nothing wrong');
    if (wrong === undefined) this.succeeded(upstream);
    this.#forget(known);
  }

  /** Sends nobody there any more; those who are there may stay. */
  drain(upstream: Upstream, draining: boolean): void {
    const known = this.#of(upstream);
    if (known.draining === draining) return;
    known.draining = draining;
    this.#tell(known, draining ? 'it was asked for' : 'it is over');
    this.#forget(known);
  }

  status(upstreams: readonly Upstream[]): readonly ServerStatus[] {
    return upstreams.map((upstream) => {
      const known = this.#known.get(keyOf(upstream)) ?? fresh(upstream);
      return { ...this.#event(known, known.because), sessions: known.open };
    });
  }

  #works(known: Known | undefined): boolean {
    return known === undefined || (known.wrong === undefined && known.ejectedUntil <= this.#options.now());
  }

  #tell(known: Known, because: string): void {
    known.because = because;
    this.#options.changed?.(this.#event(known, because));
  }

  #event(known: Known, because: string): HealthEvent {
    const { host, port, tls } = known.upstream;
    const state = known.draining
      ? 'draining'
      : known.wrong !== undefined
        ? 'unhealthy'
        : known.ejectedUntil > this.#options.now()
          ? 'ejected'
          : 'healthy';
    return { host, port: port ?? (tls === 'implicit' ? 990 : 21), state, because };
  }

  #of(upstream: Upstream): Known {
    const key = keyOf(upstream);
    const known = this.#known.get(key) ?? fresh(upstream);
    // Again at the end: the one that was not seen for longest stands first.
    this.#known.delete(key);
    this.#known.set(key, known);
    if (this.#known.size > mostKnown) this.#forgetOldest();
    return known;
  }

  /** Nothing is known that a new entry would not say. */
  #forget(known: Known): void {
    const { open, failures, ejectedUntil, draining, wrong } = known;
    const isPlain = open === 0 && failures === 0 && ejectedUntil === 0 && !draining && wrong === undefined;
    if (isPlain) this.#known.delete(keyOf(known.upstream));
  }

  #forgetOldest(): void {
    for (const [key, { open, draining }] of this.#known) {
      if (open > 0 || draining) continue;
      this.#known.delete(key);
      return;
    }
  }
}

/** The fleet of a gateway, on the clock and the chance of this process. */
export function fleetOf(
  how: Pick<FleetOptions, 'eject' | 'changed'> & { balance: Balance | undefined },
): Fleet {
  const { balance: order = 'in-order', ...rest } = how;
  return new Fleet({ ...rest, balance: order, now: () => performance.now(), random: Math.random });
}

function fresh(upstream: Upstream): Known {
  return {
    upstream,
    open: 0,
    failures: 0,
    ejections: 0,
    ejectedUntil: 0,
    draining: false,
    wrong: undefined,
    because: 'nothing is known against it',
  };
}
