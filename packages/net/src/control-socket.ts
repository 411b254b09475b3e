import type { Duplex } from 'node:stream';
import {
  type Endpoint,
  FtpClosedError,
  FtpConnectionError,
  FtpLocalError,
  FtpTimeoutError,
  limits,
} from '@duoport/protocol';
import type { ConnectionTarget, ControlConnection, ControlHandler } from './control-connection.ts';
import type { StartTlsOptions } from './data-connection.ts';
import { handshake, tlsFacts } from './handshake.ts';
import type { RawStream } from './raw-stream.ts';
import { localEndpoint } from './socket-address.ts';
import { type RecordBridge, recordBridge } from './tls-records.ts';
import type { TlsSession } from './tls-session.ts';
import type { TlsFacts } from './tls-settings.ts';
import { emit, otherSide, type Side, type Trace, type TraceContext, type TraceFact } from './trace.ts';

/** A control connection over a TCP socket. Thousands of them idle: no buffers, no timers of their own. */
export class ControlSocket implements ControlConnection {
  readonly peer: Endpoint;
  destination: Endpoint | undefined;
  target: ConnectionTarget | undefined;
  readonly #raw: RawStream;
  readonly #dialledBy: Side;
  /** What payload goes through: the TCP socket or the TLS socket on it. */
  #stream: Duplex;
  #bridge: RecordBridge | undefined;
  #facts: TlsFacts | undefined;
  #handler: ControlHandler | undefined;
  #error: Error | undefined;
  #isClosed = false;
  #securing = false;
  #trace: Trace | undefined;
  #side: Side = 'server';
  #local: Endpoint | undefined;
  #sent = 0;
  #received = 0;
  #unflushed: (() => void)[] | undefined;

  constructor(raw: RawStream, peer: Endpoint, dialledBy: Side) {
    this.peer = peer;
    this.#raw = raw;
    this.#stream = raw;
    this.#dialledBy = dialledBy;
    raw.on('error', this.#onError);
    raw.on('close', this.#onClose);
  }

  get local(): Endpoint {
    this.#local ??= localEndpoint(this.#raw);
    return this.#local;
  }

  get secure(): boolean {
    return this.#facts !== undefined;
  }

  get tls(): TlsFacts | undefined {
    return this.#facts;
  }

  get pendingWrite(): number {
    return this.#stream.writableLength;
  }

  observe(context: TraceContext): void {
    this.#trace = context.trace;
    this.#side = context.side;
    if (!context.trace) return;
    const { local, peer } = this;
    const ours = this.#dialledBy === context.side;
    this.#emit({
      kind: 'open',
      connection: 'control',
      by: this.#dialledBy,
      from: ours ? local : peer,
      to: ours ? peer : local,
    });
    if (this.#facts) this.#emitTls(this.#facts);
  }

  handle(handler: ControlHandler): void {
    const isFirst = this.#handler === undefined;
    this.#handler = handler;
    if (this.#isClosed) {
      if (isFirst) queueMicrotask(() => handler.closed(this.#error));
    } else if (isFirst && !this.#securing) this.#listen();
  }

  write(bytes: Uint8Array): void {
    if (this.#isClosed || this.#stream.writableEnded) return;
    this.#sent += bytes.length;
    this.#stream.write(bytes, this.#onWritten);
  }

  flushed(done: () => void): void {
    if (this.#isClosed || this.#stream.writableLength === 0) queueMicrotask(done);
    else if (this.#unflushed) this.#unflushed.push(done);
    else this.#unflushed = [done];
  }

  pause(): void {
    if (!this.#isClosed) this.#stream.pause();
  }

  resume(): void {
    if (!this.#isClosed) this.#stream.resume();
  }

  async startTls(session: TlsSession, options: StartTlsOptions = {}): Promise<TlsFacts> {
    if (this.#isClosed)
      throw new FtpClosedError('The control connection was closed before its TLS handshake');
    if (this.#facts || this.#securing) throw new FtpLocalError('The control connection has TLS already');
    this.#securing = true;
    const raw = this.#raw;
    raw.off('data', this.#onData).off('end', this.#onEnd);
    raw.pause();
    this.#bridge = session.clearable ? recordBridge(raw) : undefined;
    const tls = await handshake(session, this.#bridge?.stream ?? raw, {
      ...options,
      channel: 'control',
      peer: this.peer,
    }).catch((error: unknown) => {
      this.destroy(error instanceof Error ? error : undefined);
      throw error;
    });
    tls.on('error', this.#onError);
    tls.on('close', this.#onTlsClose);
    this.#stream = tls;
    this.#securing = false;
    this.#facts = tlsFacts(tls, session);
    session.secured(tls);
    this.#emitTls(this.#facts);
    if (this.#handler) this.#listen();
    return this.#facts;
  }

  stopTls(options: StartTlsOptions = {}): Promise<void> {
    const bridge = this.#bridge;
    const tls = this.#stream;
    if (!bridge || tls === this.#raw) {
      const text =
        'This control connection cannot go back to clear: its TLS settings must say allowClear before it starts';
      return Promise.reject(new FtpLocalError(text));
    }
    const after = options.timeout ?? limits.tlsTimeout;
    tls.off('end', this.#onEnd).off('close', this.#onTlsClose);
    this.#bridge = undefined;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const { peer } = this;
        const text = `The peer did not end TLS within ${after} ms of CCC`;
        const error = new FtpTimeoutError(text, { channel: 'control', phase: 'tls', peer, after });
        this.destroy(error);
      }, after);
      const onClose = () => {
        clearTimeout(timer);
        reject(this.#error ?? new FtpClosedError('The control connection was closed while TLS ended'));
      };
      this.#raw.once('close', onClose);
      bridge.release(tls, () => {
        clearTimeout(timer);
        this.#raw.off('close', onClose);
        tls.off('data', this.#onData);
        this.#stream = this.#raw;
        this.#facts = undefined;
        this.#emit({ kind: 'clear', connection: 'control' });
        if (this.#handler) this.#listen();
        resolve();
      });
      tls.end();
    });
  }

  release(): RawStream {
    const raw = this.#raw;
    if (this.#stream !== raw) throw new FtpLocalError('This control connection is under TLS');
    raw
      .off('data', this.#onData)
      .off('end', this.#onEnd)
      .off('error', this.#onError)
      .off('close', this.#onClose);
    raw.pause();
    raw.on('error', ignore);
    this.#isClosed = true;
    this.#onWritten();
    return raw;
  }

  /** Calls `done` when the connection is gone, whatever its handler is told. */
  onceClosed(done: () => void): void {
    this.#raw.once('close', done);
  }

  end(): void {
    if (this.#isClosed || this.#stream.writableEnded) return;
    this.#emit({ kind: 'fin', connection: 'control', from: this.#side });
    this.#stream.end();
  }

  destroy(error?: Error): void {
    this.#error ??= error;
    if (this.#stream !== this.#raw) this.#stream.destroy();
    this.#raw.destroy();
  }

  #listen(): void {
    this.#stream.on('data', this.#onData).on('end', this.#onEnd);
    this.#stream.resume();
  }

  readonly #onData = (chunk: Uint8Array): void => {
    this.#received += chunk.length;
    this.#handler?.bytes(chunk);
  };

  readonly #onEnd = (): void => {
    this.#emit({ kind: 'fin', connection: 'control', from: otherSide(this.#side) });
    this.#handler?.end();
  };

  readonly #onError = (cause: Error): void => {
    const code = 'code' in cause ? cause.code : undefined;
    if (code === 'ECONNRESET' || code === 'EPIPE') {
      this.#emit({ kind: 'reset', connection: 'control', from: otherSide(this.#side) });
    }
    const { peer } = this;
    const text = `The control connection broke: ${cause.message}`;
    this.#error ??= new FtpConnectionError(text, { channel: 'control', phase: 'command', peer, cause });
  };

  readonly #onTlsClose = (): void => {
    this.#raw.destroy();
  };

  readonly #onClose = (): void => {
    this.#isClosed = true;
    if (this.#stream !== this.#raw) this.#stream.destroy();
    const by = this.#side;
    this.#emit({ kind: 'closed', connection: 'control', by, sent: this.#sent, received: this.#received });
    this.#onWritten();
    this.#handler?.closed(this.#error);
  };

  readonly #onWritten = (): void => {
    const waiting = this.#unflushed;
    if (!waiting || (this.#stream.writableLength > 0 && !this.#isClosed)) return;
    this.#unflushed = undefined;
    for (const done of waiting) done();
  };

  #emitTls({ protocol, cipher, reused }: TlsFacts): void {
    this.#emit({ kind: 'tls', connection: 'control', protocol, cipher, reused });
  }

  #emit(fact: TraceFact): void {
    if (this.#trace) emit(this.#trace, fact);
  }
}

function ignore(): void {}
