import type { TransferPlan } from './transfer.ts';

/** The handle on a running transfer that STAT and ABOR get. */
export class RunningTransfer {
  readonly verb: string;
  readonly what: string;
  readonly direction: 'send' | 'receive';
  readonly #controller: AbortController;
  readonly #ended: Promise<void>;
  #end: () => void = () => undefined;
  /** On the monotonic clock. */
  readonly started = performance.now();
  bytes = 0;

  constructor(verb: string, plan: TransferPlan, controller: AbortController) {
    this.#controller = controller;
    this.verb = verb;
    this.what = plan.what;
    this.direction = plan.direction;
    this.#ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  readonly progress = (bytes: number): void => {
    this.bytes = bytes;
  };

  end(): void {
    this.#end();
  }

  stop(): void {
    this.#controller.abort();
  }

  /** Ends it with a 426; resolves when that has been sent. */
  abort(): Promise<void> {
    this.stop();
    return this.#ended;
  }
}
