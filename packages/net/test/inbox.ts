import type { ControlConnection, ControlHandler } from '@duoport/net';

/** Gathers what comes in on a control connection. */
export class Inbox implements ControlHandler {
  readonly ended: Promise<void>;
  readonly gone: Promise<Error | undefined>;
  #text = '';
  #waiting: (() => void) | undefined;
  #markEnded: () => void = () => {};
  #markClosed: (error: Error | undefined) => void = () => {};

  constructor(control: ControlConnection) {
    this.ended = new Promise((resolve) => {
      this.#markEnded = resolve;
    });
    this.gone = new Promise((resolve) => {
      this.#markClosed = resolve;
    });
    control.handle(this);
  }

  /** Waits until what came in ends with `ending`; takes it out. */
  async text(ending: string): Promise<string> {
    while (!this.#text.endsWith(ending)) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
    const text = this.#text;
    this.#text = '';
    return text;
  }

  bytes(chunk: Uint8Array): void {
    this.#text += Buffer.from(chunk).toString('latin1');
    this.#waiting?.();
  }

  end(): void {
    this.#markEnded();
  }

  closed(error?: Error): void {
    this.#markClosed(error);
  }
}

/** `Promise.withResolvers` of newer Nodes. */
export function withResolvers<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
