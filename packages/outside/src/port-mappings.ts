import { type Router, type RouterChoice, routers } from './router.ts';

/** What has become of the ports. Plain data. */
export type MappingEvent =
  | {
      readonly kind: 'ports-opened';
      /** How the router is spoken with: PCP, NAT-PMP, UPnP. */
      readonly by: string;
      readonly ports: readonly number[];
      /** Undefined when the router does not tell. */
      readonly address: string | undefined;
    }
  /** It is tried again. */
  | { readonly kind: 'ports-not-opened'; readonly because: string }
  | { readonly kind: 'ports-closed'; readonly ports: readonly number[] };

export interface PortMappingsOptions extends RouterChoice {
  /** TCP ports. */
  readonly ports: readonly number[];
  /** Seconds that a router is asked to keep a port open. They are renewed at half of what it gives. */
  readonly lifetime: number;
  readonly tell: (event: MappingEvent) => void;
  /** Finds those that could be asked. For tests. */
  readonly find?: typeof routers | undefined;
}

/** Ports at a time: routers are small machines. */
const abreast = 4;
/** Milliseconds after a failure, doubled each time. */
const [firstPause, longestPause] = [30_000, 900_000];

/**
 * Ports of this machine that its router lets the outside in at: opened, renewed before they end, and closed with this. Whatever the
 * router does, nothing here throws: it is told, and tried again.
 */
export class PortMappings {
  readonly #options: PortMappingsOptions;
  readonly #stop = new AbortController();
  readonly #open = new Set<number>();
  #router: Router | undefined;
  #timer: NodeJS.Timeout | undefined;
  #pause = firstPause;
  #wasOpen = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: PortMappingsOptions) {
    this.#options = options;
  }

  /** Resolves after the first attempt, whatever came of it. */
  start(): Promise<void> {
    this.#turn = this.#attempt();
    return this.#turn;
  }

  /** The address that the router has outside, as it says now. */
  async externalAddress(): Promise<string> {
    if (this.#router === undefined) throw new Error('the router has opened no ports yet');
    return this.#router.externalAddress(this.#stop.signal);
  }

  /** Closes what was opened; a router that does not answer any more closes it by itself in time. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#stop.abort();
    await this.#turn;
    if (this.#router === undefined || this.#open.size === 0) return;
    this.#options.tell({ kind: 'ports-closed', ports: await this.#giveBack(this.#router) });
  }

  /** Only what was opened here: the others are somebody else's. */
  async #giveBack(router: Router): Promise<readonly number[]> {
    const done: number[] = [];
    const close = async (port: number): Promise<void> => {
      this.#open.delete(port);
      await router.unmap(port);
      done.push(port);
    };
    await each([...this.#open], (port) => close(port).catch(() => undefined));
    return done;
  }

  /** Leaves them open, for another process that goes on with them. */
  leave(): void {
    clearTimeout(this.#timer);
    this.#stop.abort();
    this.#open.clear();
  }

  async #attempt(): Promise<void> {
    const { tell } = this.#options;
    try {
      const seconds = await this.#map();
      if (this.#stop.signal.aborted) return;
      this.#pause = firstPause;
      if (!this.#wasOpen) await this.#tellOpened();
      this.#wasOpen = true;
      this.#again((seconds * 1000) / 2);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      this.#wasOpen = false;
      tell({ kind: 'ports-not-opened', because: error instanceof Error ? error.message : String(error) });
      this.#again(this.#pause);
      this.#pause = Math.min(longestPause, this.#pause * 2);
    }
  }

  async #tellOpened(): Promise<void> {
    const { ports, tell } = this.#options;
    const address = await this.externalAddress().catch(() => undefined);
    tell({ kind: 'ports-opened', by: this.#router?.name ?? '', ports, address });
  }

  #again(pause: number): void {
    this.#timer = setTimeout(
      () => {
        this.#turn = this.#attempt();
      },
      Math.min(pause, 2 ** 31 - 1),
    );
    this.#timer.unref();
  }

  /** Returns for how many seconds all of them are open. */
  async #map(): Promise<number> {
    if (this.#router !== undefined) {
      try {
        return await this.#mapAt(this.#router);
      } catch {
        // It may have been replaced, or speak something else since its restart.
        this.#router = undefined;
      }
    }
    const faults: string[] = [];
    for await (const find of (this.#options.find ?? routers)({
      ...this.#options,
      signal: this.#stop.signal,
    })) {
      let name = '';
      try {
        const router = await find();
        ({ name } = router);
        const seconds = await this.#mapAt(router);
        this.#router = router;
        return seconds;
      } catch (error) {
        this.#stop.signal.throwIfAborted();
        faults.push(
          `${name === '' ? 'UPnP' : name}: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
    throw new Error(faults.join('; '));
  }

  /** All or none: a range that is open in part makes transfers fail now and then. */
  async #mapAt(router: Router): Promise<number> {
    const { ports, lifetime } = this.#options;
    const { signal } = this.#stop;
    let least = lifetime;
    try {
      await each(ports, async (port) => {
        signal.throwIfAborted();
        const seconds = await router.map(port, lifetime, signal);
        least = Math.min(least, seconds);
        this.#open.add(port);
      });
      return least;
    } catch (error) {
      this.#router = signal.aborted ? router : undefined;
      if (!signal.aborted) await this.#giveBack(router);
      throw error;
    }
  }
}

/** A few at a time; the first failure ends it, once those that had begun are over. */
async function each(ports: readonly number[], work: (port: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  let failure: { readonly reason: unknown } | undefined;
  const worker = async (): Promise<void> => {
    while (next < ports.length && failure === undefined) {
      const port = ports[next];
      next += 1;
      try {
        if (port !== undefined) await work(port);
      } catch (reason) {
        failure ??= { reason };
      }
    }
  };
  await Promise.all(Array.from({ length: abreast }, worker));
  if (failure !== undefined) throw failure.reason;
}
