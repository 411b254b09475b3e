import { type Libc, linux } from './libc.ts';

/**
 * Waits for several descriptors at once on one thread of the pool, and can be woken: a wait that nobody could end would keep the
 * process from leaving.
 */
export class Poller {
  readonly #libc: Libc;
  readonly #wake: number;
  #fds: Uint8Array;
  #waiting: Promise<number> | undefined;
  #woken = false;

  constructor(libc: Libc) {
    this.#libc = libc;
    this.#wake = libc.eventfd(0, linux.EFD_NONBLOCK | linux.EFD_CLOEXEC);
    this.#fds = new Uint8Array(0);
  }

  /** Those of `descriptors` that something happened to within `timeout` ms; none when it was woken. */
  async wait(descriptors: readonly number[], events: number, timeout: number): Promise<number[]> {
    if (this.#woken || this.#wake < 0) return [];
    const all = [...descriptors, this.#wake];
    this.#fds = new Uint8Array(all.length * 8);
    const view = new DataView(this.#fds.buffer);
    for (const [index, fd] of all.entries()) {
      view.setInt32(index * 8, fd, true);
      view.setInt16(index * 8 + 4, fd === this.#wake ? linux.POLLIN : events, true);
    }
    this.#waiting = this.#libc.poll(this.#fds, all.length, Math.max(0, Math.ceil(timeout)));
    await this.#waiting;
    this.#waiting = undefined;
    if (this.#woken) return [];
    return descriptors.filter((_, index) => view.getInt16(index * 8 + 6, true) !== 0);
  }

  /** Ends the wait that is going on, and all later ones at once. */
  wake(): void {
    if (this.#woken) return;
    this.#woken = true;
    this.#libc.write(this.#wake, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0), 8);
  }

  /** Descriptors that are waited for may be closed after this. */
  async close(): Promise<void> {
    this.wake();
    await this.#waiting?.catch(() => undefined);
    if (this.#wake >= 0) this.#libc.close(this.#wake);
  }
}
