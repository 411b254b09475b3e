import type { Duplex } from 'node:stream';
import { Batch, type Handful } from './batch.ts';
import type { Awaitable, PumpOptions } from './bytes.ts';
import type { Bypass } from './kernel/bypass.ts';
import { netLimits } from './net-limits.ts';
import type { RawStream } from './raw-stream.ts';
import { isPromise, type SinkWriter } from './sink-writer.ts';
import type { TlsBridge } from './tls-bridge.ts';
import type { ReceiveContext, Settle } from './transfer-context.ts';
import { broken, truncated, watch } from './transfer-end.ts';

export interface ReceiveFrom {
  /** The socket that the payload comes out of: TLS, or plain. */
  readonly stream: Duplex;
  /** The socket that shows activity. */
  readonly socket: Pick<RawStream, 'setTimeout'>;
  /** Under a TLS stream: tells a FIN from a proper end. */
  readonly bridge?: TlsBridge | undefined;
  /** A chunk is all that one read of the kernel gave: there is nothing to gather. */
  readonly isWhole?: boolean;
  /** The end is none: the peer has reset the connection. */
  hiddenReset?(): Error | undefined;
  /** The peer sends faster than 'data' events are good for. True: the rest is received elsewhere. */
  onFlood?(): boolean;
  readonly bypass?: Bypass | undefined;
}

/** Node reads 64 KiB at once at most: a chunk of half of that means that the peer sends as fast as we read. */
const floodRead = 32 * 1024;

/** Turns of the event loop that a TLS stream may take to tell its end when everything came at once. */
const cutTurns = 4;

/** Receives from 'data' events: small files, and TLS, whose records come in pieces of 16 KiB, gathered to batches of up to 1 MiB. */
export class StreamIntake {
  readonly #from: ReceiveFrom;
  readonly #writer: SinkWriter;
  readonly #options: PumpOptions;
  readonly #context: ReceiveContext;
  readonly #batch = new Batch();
  /** At the sink. */
  #handful: Handful | undefined;
  #scheduled = false;
  #busy = false;
  #ended = false;
  #finTold = false;
  /** The end was no proper one. */
  #cut = false;
  /** The transform's rest has been asked for. */
  #finished = false;
  #settled = false;
  #error: { readonly reason: unknown } | undefined;
  #flooded = false;
  /** The kernel moves the bytes. */
  #away = false;
  readonly #settle: Settle;
  #unwatch: () => void = () => {};

  constructor(
    from: ReceiveFrom,
    writer: SinkWriter,
    options: PumpOptions,
    on: { readonly context: ReceiveContext; readonly settle: Settle },
  ) {
    this.#from = from;
    this.#writer = writer;
    this.#options = options;
    this.#context = on.context;
    this.#settle = on.settle;
  }

  run(): void {
    const { stream, bridge, bypass } = this.#from;
    if (bypass) bypass.onReady = () => this.#leave();
    this.#watch();
    stream.on('data', this.#onData);
    stream.on('end', () => this.#onEnd());
    stream.on('error', (error) => this.#lost(error));
    stream.on('close', () => this.#lost(undefined));
    if (bridge) {
      bridge.onError = (error) => this.#lost(error);
      bridge.onEnd = () => this.#onFin();
      if (bridge.ended) this.#onFin();
    }
    stream.resume();
    // The end of an empty upload can come with the last flight of the handshake, before anybody listens for it.
    if (stream.readableEnded) this.#onEnd();
  }

  #watch(): void {
    this.#unwatch = watch(this.#options, {
      direction: 'receive',
      peer: this.#context.peer,
      socket: this.#from.socket,
      waitsForUs: () => this.#busy || this.#away,
      moved: () => this.#writer.wireBytes,
      fail: (error) => this.#fail(error),
    });
  }

  readonly #onData = (chunk: Uint8Array): void => {
    if (this.#batch.bytes === 0 && this.#writer.wireBytes === 0) this.#context.onFirstByte();
    this.#batch.push(chunk);
    if ((chunk.length >= floodRead && this.#from.onFlood) || this.#from.bypass?.isReady) this.#flooded = true;
    if (this.#flooded || this.#batch.bytes >= netLimits.receiveWindow) this.#from.stream.pause();
    if (this.#busy || this.#scheduled) return;
    if (this.#from.isWhole && !this.#flooded) return this.#hand();
    // One read of the kernel gives many records: the batch is handed over once they are all here.
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (!this.#busy) this.#hand();
    });
  };

  /** The end of the payload: close_notify, or a plain FIN. */
  #onEnd(): void {
    if (this.#ended || this.#settled) return;
    const reset = this.#from.hiddenReset?.();
    if (reset) return this.#lost(reset);
    this.#ended = true;
    this.#tellFin();
    if (!this.#busy) this.#hand();
  }

  #onFin(): void {
    this.#tellFin();
    this.#checkCut();
  }

  /** The peer is done: close_notify, or the FIN under it, whichever is seen first. */
  #tellFin(): void {
    if (this.#finTold) return;
    this.#finTold = true;
    this.#context.onFin();
  }

  /** A FIN under a TLS stream is a cut when all that came before it holds no close_notify. */
  #checkCut(turns = cutTurns): void {
    const { stream, bridge } = this.#from;
    // One that is paused is asked again when it goes on.
    if (!bridge?.ended || this.#ended || this.#settled || stream.isPaused()) return;
    // What is left to read may be a part of a record, of which nobody hears.
    const isDry = bridge.empty && stream.readableLength === 0;
    // 'end' of the TLS stream comes some turns of the event loop after its last byte.
    if (!isDry || turns > 0) {
      setImmediate(() => this.#checkCut(isDry ? turns - 1 : cutTurns));
      return;
    }
    const bytes = this.#writer.wireBytes + this.#batch.bytes;
    this.#context.onTruncated(bytes);
    if (this.#options.truncation !== 'lenient') this.#cut = true;
    this.#onEnd();
  }

  /** The rest can go another way. */
  #leave(): void {
    if (this.#settled || this.#away || !this.#from.bypass?.isReady) return;
    this.#flooded = true;
    this.#from.stream.pause();
    if (!this.#busy && !this.#scheduled) this.#hand();
  }

  /** Gives the sink what there is, until it has to be waited for. */
  #hand(): void {
    while (!this.#busy && !this.#settled && !this.#away) {
      if (this.#batch.bytes > 0) this.#handBatch();
      else if (!this.#ended) return this.#handOver();
      // What came before a cut is kept: the transfer can be resumed.
      else if (this.#cut) this.#fail(truncated(this.#writer.wireBytes));
      else if (this.#finished) this.#end();
      else {
        this.#finished = true;
        this.#call(() => this.#writer.end());
      }
    }
  }

  #handBatch(): void {
    const handful = this.#batch.take();
    this.#handful = handful;
    this.#call(() => this.#writer.write(handful.chunks));
    if (this.#from.stream.isPaused() && !this.#settled && !this.#flooded) {
      this.#from.stream.resume();
      this.#checkCut();
    }
  }

  /** Everything so far is at the sink. If the peer floods us, somebody else goes on from here. */
  #handOver(): void {
    const { stream, onFlood, bypass } = this.#from;
    if (bypass?.isReady) {
      this.#flooded = true;
      stream.pause();
    }
    if (!this.#flooded) return;
    if (stream.readableLength > 0) {
      // Comes as 'data', at once.
      stream.read();
      return;
    }
    this.#flooded = false;
    if (bypass?.isReady) return this.#goAway(bypass);
    this.#settled = true;
    this.#unwatch();
    if (onFlood?.()) return;
    this.#settled = false;
    this.#watch();
    stream.resume();
  }

  /** Nothing comes here until the other way has come to its end, which is heard here too. */
  #goAway(bypass: Bypass): void {
    const { stream } = this.#from;
    this.#away = true;
    bypass.take(stream as unknown as RawStream).then(
      (bytes) => {
        this.#away = false;
        this.#writer.skip(bytes);
        if (this.#error) return this.#end();
        stream.resume();
        this.#hand();
      },
      (reason) => {
        this.#away = false;
        this.#fail(reason);
      },
    );
  }

  /** One call of the sink; goes on with the next when it is done. */
  #call(write: () => Awaitable<void>): void {
    this.#busy = true;
    try {
      const result = write();
      if (isPromise(result)) {
        result.then(
          () => this.#free(undefined, true),
          (reason) => this.#free({ reason }, true),
        );
      } else this.#free(undefined, false);
    } catch (reason) {
      this.#free({ reason }, false);
    }
  }

  #free(error: { readonly reason: unknown } | undefined, isLater: boolean): void {
    this.#busy = false;
    this.#handful?.release();
    this.#handful = undefined;
    if (error) this.#fail(error.reason);
    // The transfer may have been aborted meanwhile.
    if (this.#error) this.#end();
    else if (isLater) this.#hand();
  }

  #lost(cause: Error | undefined): void {
    if (this.#ended || this.#settled) return;
    if (cause) this.#context.onReset(cause);
    this.#fail(broken({ direction: 'receive', moved: () => this.#writer.wireBytes }, cause));
  }

  /** Remembers the first reason; a running write is waited for, because the sink's owner closes the file next. */
  #fail(reason: unknown): void {
    if (this.#settled) return;
    this.#error ??= { reason };
    this.#from.stream.destroy();
    if (this.#away) this.#from.bypass?.drop();
    else if (!this.#busy) this.#end();
  }

  #end(): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#unwatch();
    this.#options.transform?.close();
    this.#batch.take().release();
    const { bytes, wireBytes } = this.#writer;
    if (this.#error) this.#settle(this.#error.reason, undefined);
    else this.#settle(undefined, { bytes, wireBytes });
  }
}
