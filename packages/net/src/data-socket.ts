import type { TLSSocket } from 'node:tls';
import { type Endpoint, FtpClosedError, FtpConnectionError, FtpLocalError } from '@duoport/protocol';
import type { ByteSink, ByteSource, PumpOptions, TransferCount } from './bytes.ts';
import type { DataConnection, DataOutlet, StartDataTlsOptions } from './data-connection.ts';
import { DataTrace } from './data-trace.ts';
import { handshake, tlsFacts } from './handshake.ts';
import { Outlet } from './outlet.ts';
import { PushedSend } from './pushed-send.ts';
import type { RawStream } from './raw-stream.ts';
import { receivePlain, receiveTls } from './receive.ts';
import { resetStream } from './reset-stream.ts';
import { send } from './send.ts';
import { localEndpoint } from './socket-address.ts';
import { TicketHold } from './ticket-hold.ts';
import { checkBinding } from './tls-binding.ts';
import { type TlsBridge, tlsBridge } from './tls-bridge.ts';
import { linger } from './tls-end.ts';
import type { TlsSession } from './tls-session.ts';
import type { TlsFacts } from './tls-settings.ts';
import type { ConnectionName, Side, TraceContext } from './trace.ts';
import type { Moved, ReceiveContext } from './transfer-context.ts';

export interface DataSocketOptions extends TraceContext {
  /** Connected and not read from yet. */
  readonly socket: RawStream;
  readonly peer: Endpoint;
  /** Our own end, when it is known already. */
  readonly local?: Endpoint | undefined;
  readonly dialledBy: Side;
  /** Accepted from an address that only TLS can vouch for. */
  readonly needsProof?: boolean;
}

/** A data connection over a TCP socket. */
export class DataSocket implements DataConnection {
  readonly name: ConnectionName;
  readonly peer: Endpoint;
  readonly local: Endpoint;
  readonly dialledBy: Side;
  readonly closed: Promise<void>;
  readonly #trace: DataTrace;
  readonly #needsProof: boolean;
  #socket: RawStream;
  #secured:
    | { readonly tls: TLSSocket; readonly bridge: TlsBridge | undefined; readonly facts: TlsFacts }
    | undefined;
  #used = false;
  #isOver = false;
  #markClosed: () => void = () => {};

  constructor(options: DataSocketOptions) {
    const { socket, peer, dialledBy, side, trace, connection = 'data-1', needsProof = false } = options;
    this.name = connection;
    this.peer = peer;
    this.local = options.local ?? localEndpoint(socket);
    this.dialledBy = dialledBy;
    this.closed = new Promise((resolve) => {
      this.#markClosed = resolve;
    });
    this.#needsProof = needsProof;
    this.#socket = socket;
    this.#trace = new DataTrace(this, side, trace);
    this.#trace.open();
    this.#attend(socket);
  }

  get secure(): boolean {
    return this.#secured !== undefined;
  }

  get reused(): boolean {
    return this.#secured?.facts.reused ?? false;
  }

  get tls(): TlsFacts | undefined {
    return this.#secured?.facts;
  }

  async startTls(session: TlsSession, options: StartDataTlsOptions = {}): Promise<TlsFacts> {
    const raw = this.#socket;
    if (raw.destroyed) throw new FtpClosedError('The data connection was closed before its TLS handshake');
    if (this.#secured) throw new FtpLocalError('The data connection has TLS already');
    raw.setNoDelay(true);
    const hold = session.role === 'server' && options.transfer === 'receive' ? new TicketHold() : undefined;
    const bridge = options.transfer === 'send' ? undefined : tlsBridge(raw, hold);
    if (bridge) {
      this.#adopted(bridge.socket);
      // During the handshake a FIN is a plain end; later the receiver decides what it means.
      // What came just before it may have finished the handshake.
      bridge.onEnd = () => setImmediate(() => this.#secured ?? bridge.stream.push(null));
      if (bridge.ended) bridge.onEnd();
    }
    const tls = await handshake(session, bridge?.stream ?? raw, {
      ...options,
      channel: 'data',
      peer: this.peer,
    }).catch((error: unknown) => {
      this.#fail('tls', error);
      throw error;
    });
    if (bridge) bridge.onEnd = undefined;
    const facts = tlsFacts(tls, session);
    this.#secured = { tls, bridge, facts };
    tls.on('error', ignore);
    tls.on('close', () => this.#socket.destroy());
    this.#trace.tls(facts);
    this.#judgeBinding(session, tls);
    return facts;
  }

  async send(source: ByteSource, options: PumpOptions = {}): Promise<TransferCount> {
    const started = performance.now();
    try {
      this.#begin(options);
    } catch (error) {
      await source.close?.();
      throw error;
    }
    const moved = await send(this.#outlet(options), source, options).catch((error: unknown) => {
      this.#fail('transfer', error);
      throw error;
    });
    this.#sent(moved.wireBytes);
    return { ...moved, duration: performance.now() - started };
  }

  outlet(options: PumpOptions = {}): DataOutlet {
    this.#begin(options);
    const outlet = this.#outlet(options);
    return new PushedSend(outlet, this.#secured ? undefined : this.#socket, (...failed) => {
      if (failed.length > 0) this.#fail('transfer', failed[0]);
      else this.#sent(outlet.wireBytes);
    });
  }

  async receive(sink: ByteSink, options: PumpOptions = {}): Promise<TransferCount> {
    const started = performance.now();
    try {
      this.#begin(options);
    } catch (error) {
      options.transform?.close();
      throw error;
    }
    const moved = await this.#receive(sink, options).catch((error: unknown) => {
      this.#fail('transfer', error);
      throw error;
    });
    this.#trace.moved('receive', moved.wireBytes);
    this.#answerEnd();
    return { ...moved, duration: performance.now() - started };
  }

  destroy(): void {
    this.#secured?.tls.destroy();
    this.#socket.destroy();
  }

  reset(): void {
    // Before the TLS socket closes it properly.
    resetStream(this.#socket);
    this.#secured?.tls.destroy();
  }

  /** For a connection that is not used for a transfer here. */
  detach(): RawStream {
    if (this.#used || this.#secured) throw new FtpLocalError('The data connection is in use');
    this.#used = true;
    this.#socket.off('error', ignore);
    return this.#socket;
  }

  #begin(options: PumpOptions): void {
    const { signal } = options;
    if (signal?.aborted) {
      this.destroy();
      throw signal.reason;
    }
    if (this.#used) throw new FtpLocalError('A data connection carries one transfer only');
    this.#used = true;
    if (this.#socket.destroyed)
      throw new FtpClosedError('The data connection was closed before its transfer');
    if (this.#needsProof && !this.#secured) {
      this.destroy();
      const text = 'A data connection from another address is taken only with TLS that proves it';
      throw new FtpConnectionError(text, { channel: 'data', phase: 'accept', peer: this.peer });
    }
  }

  #outlet(options: PumpOptions): Outlet {
    const stream = this.#secured?.tls ?? this.#socket;
    if (this.#secured) stream.resume();
    return new Outlet(stream, options, {
      peer: this.peer,
      onFirstByte: () => this.#trace.firstByte('us'),
      onReset: () => this.#trace.reset(),
      finish: () => this.#finish(),
      // RFC 959 §3.4: in stream mode the end of the connection is the end of the file. One that was cut must not look like it.
      abandon: () => this.reset(),
    });
  }

  #sent(bytes: number): void {
    this.#trace.moved('send', bytes);
    // Not before the stream has heard that its write is done: it would make an error of it, with a stack.
    if (!this.#secured) process.nextTick(() => this.destroy());
  }

  #receive(sink: ByteSink, options: PumpOptions): Promise<Moved> {
    const context: ReceiveContext = {
      peer: this.peer,
      onAdopted: (socket) => this.#adopted(socket),
      onFirstByte: () => this.#trace.firstByte('peer'),
      onFin: () => this.#trace.fin('peer'),
      onReset: () => this.#trace.reset(),
      onTruncated: (bytes) => this.#trace.truncated(bytes, options.truncation),
    };
    if (!this.#secured) return receivePlain(this.#socket, sink, options, context);
    const { tls, bridge } = this.#secured;
    return receiveTls({ stream: tls, socket: bridge?.socket ?? tls, bridge }, sink, options, context);
  }

  /** All is written. Plain: closing sends the FIN, and nothing is expected back. TLS: close_notify and FIN, then the peer's. */
  #finish(): Promise<void> | undefined {
    const tls = this.#secured?.tls;
    const stream = tls ?? (this.#socket.mustEnd ? this.#socket : undefined);
    if (!stream) {
      this.#trace.fin('us');
      return undefined;
    }
    return new Promise((resolve, reject) => {
      stream.on('close', () =>
        reject(new FtpClosedError('The data connection was closed before its end was sent')),
      );
      stream.end(() => {
        this.#trace.fin('us');
        this.#linger();
        resolve();
      });
    });
  }

  /** The peer has ended: ours goes out too, so that a peer that waits for our close_notify gets it. */
  #answerEnd(): void {
    const tls = this.#secured?.tls;
    this.#trace.fin('us');
    if (!tls) this.destroy();
    else {
      tls.end();
      this.#linger();
    }
  }

  #linger(): void {
    if (this.#secured) linger(this.#secured.tls, this.#secured.bridge, () => this.destroy());
  }

  #judgeBinding(session: TlsSession, tls: TLSSocket): void {
    const binding = checkBinding(session, tls, this.#needsProof);
    if (binding.verdict === 'accept') return;
    if (binding.verdict === 'unproven') {
      const { because } = binding;
      this.#trace.decision('TLS session of the data connection', 'accepted without resumption', because);
      return;
    }
    const error = new FtpConnectionError(binding.told, { channel: 'data', phase: 'tls', peer: this.peer });
    this.#fail('tls', error);
    throw error;
  }

  #fail(phase: string, error: unknown): void {
    this.#trace.failed(phase, error);
    this.destroy();
  }

  #adopted(socket: RawStream): void {
    if (socket === this.#socket) return;
    this.#socket = socket;
    this.#attend(socket);
  }

  #attend(socket: RawStream): void {
    socket.on('error', ignore);
    if (socket.closed) this.#over();
    socket.once('close', () => {
      if (socket === this.#socket) this.#over();
    });
  }

  #over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#trace.closed();
    this.#markClosed();
  }
}

function ignore(): void {}
