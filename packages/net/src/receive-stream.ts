import type { Socket } from 'node:net';
import type { Awaitable, ByteSink, PumpOptions } from './bytes.ts';
import { netLimits } from './net-limits.ts';
import { isPromise, SinkWriter } from './sink-writer.ts';
import type { TlsBridge } from './tls-bridge.ts';
import type { Moved, ReceiveContext } from './transfer-context.ts';
import { broken, truncated, watch } from './transfer-end.ts';

export interface ReceiveFrom {
  /** The socket that the payload comes out of: TLS, or plain. */
  readonly stream: Socket;
  /** The socket that shows activity. */
  readonly socket: Socket;
  /** Under a TLS stream: tells a FIN from a proper end. */
  readonly bridge?: TlsBridge | undefined;
}

/** Receives from 'data' events: TLS, whose records come in pieces of 16 KiB, gathered to batches of up to 1 MiB. */
export function receiveStream(
  from: ReceiveFrom,
  sink: ByteSink,
  options: PumpOptions,
  context: ReceiveContext,
): Promise<Moved> {
  return new Promise((resolve, reject) => {
    new StreamIntake(from, sink, options, context).run((error, moved) =>
      moved ? resolve(moved) : reject(error),
    );
  });
}

type Settle = (error: unknown, moved: Moved | undefined) => void;

/** Turns of the event loop that a TLS stream may take to tell its end when everything came at once. */
const cutTurns = 4;

class StreamIntake {
  readonly #from: ReceiveFrom;
  readonly #writer: SinkWriter;
  readonly #options: PumpOptions;
  readonly #context: ReceiveContext;
  #chunks: Uint8Array[] = [];
  #pending = 0;
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
  #unwatch: () => void = () => {};
  #settle: Settle = () => {};

  constructor(from: ReceiveFrom, sink: ByteSink, options: PumpOptions, context: ReceiveContext) {
    this.#from = from;
    this.#writer = new SinkWriter(sink, options);
    this.#options = options;
    this.#context = context;
  }

  run(settle: Settle): void {
    this.#settle = settle;
    const { stream, socket, bridge } = this.#from;
    this.#unwatch = watch(this.#options, {
      direction: 'receive',
      peer: this.#context.peer,
      socket,
      waitsForUs: () => this.#busy,
      moved: () => this.#writer.wireBytes,
      fail: (error) => this.#fail(error),
    });
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

  readonly #onData = (chunk: Uint8Array): void => {
    if (this.#pending === 0 && this.#writer.wireBytes === 0) this.#context.onFirstByte();
    this.#chunks.push(chunk);
    this.#pending += chunk.length;
    if (this.#pending >= netLimits.receiveWindow) this.#from.stream.pause();
    if (this.#busy || this.#scheduled) return;
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
    if (!this.#isDry()) return;
    // 'end' of the TLS stream comes some turns of the event loop after its last byte.
    setImmediate(() => {
      if (!this.#isDry()) return;
      if (turns > 1) return this.#checkCut(turns - 1);
      const bytes = this.#writer.wireBytes + this.#pending;
      this.#context.onTruncated(bytes);
      if (this.#options.truncation !== 'lenient') this.#cut = true;
      this.#onEnd();
    });
  }

  /** The TCP connection is over, nothing of it is left to read, and still no end of the payload. */
  #isDry(): boolean {
    const { stream, bridge } = this.#from;
    if (!bridge?.ended || this.#ended || this.#settled) return false;
    return bridge.empty && stream.readableLength === 0 && !stream.isPaused();
  }

  /** Gives the sink what there is, until it has to be waited for. */
  #hand(): void {
    while (!this.#busy && !this.#settled) {
      if (this.#pending > 0) this.#handBatch();
      else if (!this.#ended) return;
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
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#pending = 0;
    this.#call(() => this.#writer.write(chunks));
    if (this.#from.stream.isPaused() && !this.#settled) {
      this.#from.stream.resume();
      this.#checkCut();
    }
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
    if (!this.#busy) this.#end();
  }

  #end(): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#unwatch();
    this.#options.transform?.close();
    const { bytes, wireBytes } = this.#writer;
    if (this.#error) this.#settle(this.#error.reason, undefined);
    else this.#settle(undefined, { bytes, wireBytes });
  }
}
