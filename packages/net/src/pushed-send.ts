import type { Awaitable, DirectSink } from './bytes.ts';
import type { DataOutlet } from './data-connection.ts';
import type { Outlet } from './outlet.ts';
import type { RawStream } from './raw-stream.ts';
import { isPromise } from './sink-writer.ts';

/** A send whose bytes somebody else pushes: what is written goes out at once, from the memory it lies in. */
export class PushedSend implements DataOutlet {
  readonly #outlet: Outlet;
  readonly #done: (error?: unknown) => void;
  readonly direct: DirectSink | undefined;
  #isOver = false;

  /** `done`: told once how it has ended. `plain`: the connection, where nothing is between. */
  constructor(outlet: Outlet, plain: RawStream | undefined, done: (error?: unknown) => void) {
    this.#outlet = outlet;
    this.#done = done;
    this.direct = plain && {
      stream: plain,
      moved: (bytes) => outlet.moved(bytes),
      failed: (error) => this.#over(error),
    };
  }

  write(chunks: readonly Uint8Array[]): Awaitable<void> {
    try {
      const written = this.#outlet.write(chunks);
      return isPromise(written) ? this.#outlet.watched(written).catch(this.#failed) : undefined;
    } catch (error) {
      return this.#failed(error);
    }
  }

  async end(): Promise<void> {
    try {
      await this.#outlet.finish();
    } catch (error) {
      this.#failed(error);
    }
    this.#over();
  }

  fail(error: unknown): void {
    this.#over(error);
  }

  readonly #failed = (error: unknown): never => {
    const reason = this.#outlet.reason(error);
    this.#over(reason);
    throw reason;
  };

  #over(...error: [unknown?]): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#outlet.close();
    if (error.length > 0) this.#outlet.abandon();
    this.#done(...error);
  }
}
