import { describeError } from '../describe-error.ts';
import type { Terminal } from '../terminal.ts';
import { CommandError } from '../usage-error.ts';
import { type Estate, startSuccessor } from './successor.ts';

export interface SuccessionOptions {
  readonly terminal: Terminal;
  /** What this process is to its operator. */
  readonly self: 'gateway' | 'server';
  estate(): Estate;
  /** Takes no new session any more; resolves when the last one is over. */
  leave(): Promise<unknown>;
  /** The new process is ready. */
  succeeded?(pid: number): void;
}

/** How a process gives way: to another one, or to nobody. */
export class Succession {
  /** Resolves when it was told to take no new sessions, and the last one is over. */
  readonly left: Promise<void>;
  readonly #options: SuccessionOptions;
  #leave: (gone: Promise<void>) => void = () => undefined;
  #isLeaving = false;

  constructor(options: SuccessionOptions) {
    this.#options = options;
    this.left = new Promise((resolve) => {
      this.#leave = resolve;
    });
  }

  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  /** A new process takes the listening sockets, and this one ends with its last session. Rejects, with nothing changed, when it does not start. */
  async restart(): Promise<number> {
    const { terminal, self, estate, succeeded } = this.#options;
    if (this.#isLeaving) throw new CommandError(`This ${self} takes no new sessions any more.`);
    this.#isLeaving = true;
    try {
      const pid = await startSuccessor(terminal.io, estate());
      succeeded?.(pid);
      this.#isLeaving = false;
      this.leave(`is succeeded by process ${pid}`);
      return pid;
    } catch (error) {
      this.#isLeaving = false;
      throw new CommandError(`The ${self} goes on as it is: ${describeError(error)}.`);
    }
  }

  /** For each SIGUSR2. */
  onSignal(): void {
    const { terminal } = this.#options;
    terminal.io.onUserSignal?.(() => {
      this.restart().catch((error: unknown) => terminal.warn(`duoport: ${describeError(error)}`));
    });
  }

  /** Takes no new session any more. */
  leave(because: string): void {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    const { terminal, self, leave } = this.#options;
    if (terminal.json) terminal.object({ event: 'leaving', time: new Date().toISOString(), because });
    else terminal.talk(`This ${self} ${because}; it ends with its last session.`);
    this.#leave(leave().then(() => undefined));
  }
}
