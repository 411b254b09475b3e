import type { RawStream } from './raw-stream.ts';

/** A value, or a promise of it. Whoever awaits may test for a promise to stay synchronous. */
export type Awaitable<T> = T | Promise<T>;

/** Where the bytes of a transfer come from. */
export interface ByteSource {
  /** Bytes from `PumpOptions.offset` to the end, when known. A promise of brevity, not of length: the end is a read of 0. */
  readonly size?: number | undefined;
  /** Fills `into` from its start with what lies at byte `at`; resolves to the count, 0 = end. `into` is not kept. */
  read(into: Uint8Array, at: number): Awaitable<number>;
  close?(): Awaitable<void>;
}

/** Where the bytes of a transfer go. */
export interface ByteSink {
  /** Where the bytes go in the end, when nothing is done with them on the way: the kernel may then move the rest itself. */
  readonly direct?: DirectSink | undefined;
  /** Takes all of `chunks`, the first at byte `at`. The chunks are reused once the returned promise has resolved. */
  write(chunks: readonly Uint8Array[], at: number): Awaitable<void>;
}

/** The plain connection behind a sink. */
export interface DirectSink {
  /** Undefined: the bytes do not go there as they are. */
  readonly stream: RawStream | undefined;
  /** So many have gone there past the sink. */
  moved(bytes: number): void;
  /** No more can. */
  failed(error: unknown): void;
}

/** Takes one chunk that a transform made. It is reused once the returned promise has resolved. */
export type EmitChunk = (output: Uint8Array) => Awaitable<void>;

/** A conversion of the byte stream, chunk by chunk (ASCII, MODE Z). Used for one transfer, then thrown away. */
export interface ChunkTransform {
  readonly name: string;
  /** Hands what `input` becomes to `emit`, in order, each awaited: memory stays bounded. `input` may be reused afterwards. */
  push(input: Uint8Array, emit: EmitChunk): Awaitable<void>;
  /** The input is over: hands the rest to `emit`. Throws FTP_TRANSFER when the input ended too early. */
  end(emit: EmitChunk): Awaitable<void>;
  /** Frees what the transform holds; called once on every path. */
  close(): void;
}

/** How a TLS data stream that ends in a FIN without close_notify is taken (RFC 8446 §6.1: it may have been cut short). */
export type TruncationPolicy = 'strict' | 'lenient';

export interface PumpOptions {
  /** Byte of the source or sink at which the transfer starts. Default 0. */
  readonly offset?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds without a byte moving before FTP_TIMEOUT. Default: limits. 0: never. */
  readonly stallTimeout?: number | undefined;
  readonly transform?: ChunkTransform | undefined;
  /** TLS only, receive only. Default `strict`: FTP_TRANSFER. `lenient`: accepted, and a `decision` in the trace. */
  readonly truncation?: TruncationPolicy | undefined;
  /** Called with the payload bytes moved so far (before transforms when sending, after when receiving), at most once a chunk. */
  onProgress?(bytes: number): void;
}

/** What a transfer moved. */
export interface TransferCount {
  /** Bytes read from the source or given to the sink. */
  readonly bytes: number;
  /** Bytes on the data connection after transforms, without TLS overhead. */
  readonly wireBytes: number;
  /** Milliseconds from the call to the end. */
  readonly duration: number;
}
