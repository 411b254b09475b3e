import type { Socket } from 'node:net';
import { giveBack, takeLarge, takeSmall } from './buffers.ts';
import type { Awaitable, PumpOptions } from './bytes.ts';
import { fairPart } from './fair-share.ts';
import { hiddenReset } from './hidden-reset.ts';
import type { Bypass } from './kernel/bypass.ts';
import { isPromise, type SinkWriter } from './sink-writer.ts';
import type { ReceiveContext, Settle } from './transfer-context.ts';
import { broken, watch } from './transfer-end.ts';

/** A part of a memory block that waits for the sink. */
interface Slice {
  readonly memory: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/**
 * A long upload on a TCP socket, read straight into memory of ours: blocks of 1 MiB, three at most: one at the sink, one that
 * waits for it, one that the kernel writes to.
 */
export class BlockIntake {
  readonly #writer: SinkWriter;
  readonly #options: PumpOptions;
  readonly #context: ReceiveContext;
  readonly #settle: Settle;
  readonly #spare: Uint8Array[] = [];
  /** The kernel writes to `#memory` from `#fill` on; what lies between `#start` and `#fill` is for the sink. */
  #memory = takeLarge();
  /** As much of it as this transfer may fill in its turn. */
  #part = fairPart(this.#memory);
  #start = 0;
  #fill = 0;
  /** The rest of the block before. While there is one nothing is read. */
  #ready: Slice | undefined;
  #busy = false;
  #ended = false;
  /** The transform's rest has been asked for. */
  #finished = false;
  #settled = false;
  #error: { readonly reason: unknown } | undefined;
  #socket: Socket | undefined;
  readonly #bypass: Bypass | undefined;
  /** The kernel moves the bytes. */
  #away = false;
  #unwatch: () => void = () => {};

  constructor(
    writer: SinkWriter,
    options: PumpOptions,
    on: {
      readonly context: ReceiveContext;
      readonly settle: Settle;
      readonly bypass?: Bypass | undefined;
    },
  ) {
    this.#writer = writer;
    this.#options = options;
    this.#context = on.context;
    this.#settle = on.settle;
    this.#bypass = on.bypass;
  }

  run(socket: Socket): void {
    this.#socket = socket;
    this.#context.onAdopted(socket);
    this.#unwatch = watch(this.#options, {
      direction: 'receive',
      peer: this.#context.peer,
      socket,
      waitsForUs: () => this.#busy || this.#away,
      moved: () => this.#writer.wireBytes,
      fail: (error) => this.#fail(error),
    });
    socket.on('end', () => {
      const reset = hiddenReset(socket);
      if (reset) return this.#lost(reset);
      this.#ended = true;
      this.#context.onFin();
      this.#hand();
    });
    socket.on('error', (error) => this.#lost(error));
    socket.on('close', () => this.#lost(undefined));
    socket.resume();
  }

  /** Instead of `run`, when the socket could not be had. */
  discard(): void {
    giveBack(this.#memory);
  }

  /** Node asks after every read, and only then, where the next one goes. */
  readonly buffer = (): Uint8Array => (this.#fill === 0 ? this.#part : this.#part.subarray(this.#fill));

  readonly callback = (count: number): boolean => {
    this.#fill += count;
    this.#hand();
    if (this.#settled || this.#away) return false;
    const isFull = this.#part.length - this.#fill < this.#part.length / 8;
    if (isFull && this.#busy) this.#nextBlock();
    else if (!this.#busy) this.#begin();
    return this.#ready === undefined && this.#bypass?.isReady !== true;
  };

  #nextBlock(): void {
    if (this.#start < this.#fill) this.#ready = { memory: this.#memory, start: this.#start, end: this.#fill };
    this.#memory = this.#spare.pop() ?? takeLarge();
    this.#begin();
  }

  #begin(): void {
    this.#part = fairPart(this.#memory);
    this.#start = 0;
    this.#fill = 0;
  }

  /** Gives the sink what there is, until it has to be waited for. */
  #hand(): void {
    while (!this.#busy && !this.#settled && !this.#away) {
      if (this.#ready) {
        const ready = this.#ready;
        this.#ready = undefined;
        this.#give(ready);
        this.#socket?.resume();
      } else if (this.#start < this.#fill) {
        const current = { memory: this.#memory, start: this.#start, end: this.#fill };
        this.#start = this.#fill;
        this.#give(current);
      } else if (!this.#ended) return this.#leave();
      else if (this.#finished) this.#end();
      else {
        this.#finished = true;
        this.#call(() => this.#writer.end(), undefined);
      }
    }
  }

  /** Everything so far is at the sink. Where the rest can go another way it does; its end is heard here all the same. */
  #leave(): void {
    const [socket, bypass] = [this.#socket, this.#bypass];
    if (socket === undefined || !bypass?.isReady) return;
    this.#away = true;
    for (const memory of [this.#memory, ...this.#spare.splice(0)]) giveBack(memory);
    this.#memory = takeSmall();
    this.#begin();
    bypass.take(socket).then(
      (bytes) => {
        this.#away = false;
        this.#writer.skip(bytes);
        if (this.#error) this.#end();
        else socket.resume();
      },
      (reason) => {
        this.#away = false;
        this.#fail(reason);
      },
    );
  }

  #give(slice: Slice): void {
    const { memory, start, end } = slice;
    const chunk = start === 0 && end === memory.length ? memory : memory.subarray(start, end);
    this.#call(() => this.#writer.write([chunk]), memory);
  }

  /** One call of the sink: `memory` is the sink's until it is done. */
  #call(write: () => Awaitable<void>, memory: Uint8Array | undefined): void {
    this.#busy = true;
    try {
      const result = write();
      if (isPromise(result)) {
        result.then(
          () => this.#free(memory, undefined, true),
          (reason) => this.#free(memory, { reason }, true),
        );
      } else this.#free(memory, undefined, false);
    } catch (reason) {
      this.#free(memory, { reason }, false);
    }
  }

  #free(
    memory: Uint8Array | undefined,
    error: { readonly reason: unknown } | undefined,
    isLater: boolean,
  ): void {
    this.#busy = false;
    this.#recycle(memory);
    if (error) this.#fail(error.reason);
    // The transfer may have been aborted meanwhile.
    if (this.#error) this.#end();
    else if (isLater) this.#hand();
  }

  #recycle(memory: Uint8Array | undefined): void {
    if (!memory || memory === this.#memory || memory === this.#ready?.memory) return;
    this.#spare.push(memory);
  }

  /** The connection is gone. After the FIN that takes nothing away: every byte is here. */
  #lost(cause: Error | undefined): void {
    if (this.#ended || this.#settled) return;
    if (cause) this.#context.onReset(cause);
    this.#fail(broken({ direction: 'receive', moved: () => this.#writer.wireBytes }, cause));
  }

  /** Remembers the first reason; a running write is waited for, because the sink's owner closes the file next. */
  #fail(reason: unknown): void {
    if (this.#settled) return;
    this.#error ??= { reason };
    this.#socket?.destroy();
    if (this.#away) this.#bypass?.drop();
    else if (!this.#busy) this.#end();
  }

  #end(): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#unwatch();
    this.#options.transform?.close();
    giveBack(this.#memory);
    for (const memory of this.#spare) giveBack(memory);
    if (this.#ready) giveBack(this.#ready.memory);
    const { bytes, wireBytes } = this.#writer;
    if (this.#error) this.#settle(this.#error.reason, undefined);
    else this.#settle(undefined, { bytes, wireBytes });
  }
}
