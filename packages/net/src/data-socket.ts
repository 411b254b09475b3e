import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import {
  type Endpoint,
  FtpClosedError,
  FtpConnectionError,
  FtpLocalError,
  isFtpError,
} from '@duoport/protocol';
import type { ByteSink, ByteSource, PumpOptions, TransferCount } from './bytes.ts';
import type { DataConnection, StartDataTlsOptions } from './data-connection.ts';
import { handshake, tlsFacts } from './handshake.ts';
import { netLimits } from './net-limits.ts';
import { receivePlain } from './receive-plain.ts';
import { receiveStream } from './receive-stream.ts';
import { send } from './send.ts';
import { localEndpoint } from './socket-address.ts';
import { type TlsBridge, tlsBridge } from './tls-bridge.ts';
import type { TlsSession } from './tls-session.ts';
import type { TlsFacts } from './tls-settings.ts';
import {
  type ConnectionName,
  emit,
  otherSide,
  type Side,
  type TraceContext,
  type TraceFact,
} from './trace.ts';
import type { Moved, ReceiveContext } from './transfer-context.ts';

export interface DataSocketOptions extends TraceContext {
  /** Connected and not read from yet. */
  readonly socket: Socket;
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
  readonly #side: Side;
  readonly #trace: TraceContext['trace'];
  readonly #needsProof: boolean;
  #socket: Socket;
  #secured:
    | { readonly tls: TLSSocket; readonly bridge: TlsBridge | undefined; readonly facts: TlsFacts }
    | undefined;
  #used = false;
  #isOver = false;
  #sent = 0;
  #received = 0;
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
    this.#side = side;
    this.#trace = trace;
    this.#needsProof = needsProof;
    this.#socket = socket;
    this.#attend(socket);
    if (trace) {
      const ours = dialledBy === side;
      this.#emit({
        kind: 'open',
        connection,
        by: dialledBy,
        from: ours ? this.local : peer,
        to: ours ? peer : this.local,
      });
    }
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
    const bridge = options.transfer === 'send' ? undefined : tlsBridge(raw);
    if (bridge) {
      this.#adopted(bridge.socket);
      // During the handshake a FIN is a plain end; later the receiver decides what it means.
      bridge.onEnd = () => bridge.stream.push(null);
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
    const { protocol, cipher, reused } = facts;
    this.#emit({ kind: 'tls', connection: this.name, protocol, cipher, reused });
    this.#checkBinding(session, facts);
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
    const stream = this.#secured?.tls ?? this.#socket;
    if (this.#secured) stream.resume();
    const moved = await send(stream, source, options, {
      peer: this.peer,
      onFirstByte: () => this.#emit({ kind: 'first-byte', connection: this.name, from: this.#side }),
      onReset: () => this.#emit({ kind: 'reset', connection: this.name, from: otherSide(this.#side) }),
      finish: () => this.#finish(),
      abandon: () => this.destroy(),
    }).catch((error: unknown) => {
      this.#fail('transfer', error);
      throw error;
    });
    this.#sent = moved.wireBytes;
    // Not before the stream has heard that its write is done: it would make an error of it, with a stack.
    if (!this.#secured) process.nextTick(() => this.destroy());
    return { ...moved, duration: performance.now() - started };
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
    this.#received = moved.wireBytes;
    this.#answerEnd();
    return { ...moved, duration: performance.now() - started };
  }

  destroy(): void {
    this.#secured?.tls.destroy();
    this.#socket.destroy();
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
      throw new FtpConnectionError(
        'A data connection from another address is taken only with TLS that proves it',
        {
          channel: 'data',
          phase: 'accept',
          peer: this.peer,
        },
      );
    }
  }

  #receive(sink: ByteSink, options: PumpOptions): Promise<Moved> {
    const from = otherSide(this.#side);
    const connection = this.name;
    const context: ReceiveContext = {
      peer: this.peer,
      onAdopted: (socket) => this.#adopted(socket),
      onFirstByte: () => this.#emit({ kind: 'first-byte', connection, from }),
      onFin: () => this.#emit({ kind: 'fin', connection, from }),
      onReset: () => this.#emit({ kind: 'reset', connection, from }),
      onTruncated: (bytes) =>
        this.#emit({
          kind: 'decision',
          connection,
          what: 'TLS stream without close_notify',
          chosen: options.truncation === 'lenient' ? 'taken as complete' : 'refused as cut short',
          because: `the peer sent its FIN after ${bytes} bytes without ending TLS`,
        }),
    };
    if (!this.#secured) return receivePlain(this.#socket, sink, options, context);
    const { tls, bridge } = this.#secured;
    return receiveStream({ stream: tls, socket: bridge?.socket ?? tls, bridge }, sink, options, context);
  }

  /** All is written. Plain: closing sends the FIN, and nothing is expected back. TLS: close_notify and FIN, then the peer's. */
  #finish(): Promise<void> | undefined {
    const fin = () => this.#emit({ kind: 'fin', connection: this.name, from: this.#side });
    const tls = this.#secured?.tls;
    if (!tls) {
      fin();
      return undefined;
    }
    return new Promise((resolve, reject) => {
      tls.on('close', () =>
        reject(new FtpClosedError('The data connection was closed before its end was sent')),
      );
      tls.end(() => {
        fin();
        this.#linger(tls);
        resolve();
      });
    });
  }

  /** The peer has ended: ours goes out too, so that a peer that waits for our close_notify gets it. */
  #answerEnd(): void {
    const tls = this.#secured?.tls;
    this.#emit({ kind: 'fin', connection: this.name, from: this.#side });
    if (!tls) this.destroy();
    else {
      tls.end();
      this.#linger(tls);
    }
  }

  /**
   * Closing a socket whose peer still sends (close_notify, TLS tickets) makes the kernel reset it, and the peer may lose
   * what we sent. So it is read dry until the peer's end, for a bounded time.
   */
  #linger(tls: TLSSocket): void {
    const bridge = this.#secured?.bridge;
    const check = () => {
      if (tls.writableFinished && (tls.readableEnded || bridge?.ended)) this.destroy();
    };
    const timer = setTimeout(() => this.destroy(), netLimits.closeTimeout);
    void this.closed.then(() => clearTimeout(timer));
    tls.on('end', check).on('finish', check);
    if (bridge) bridge.onEnd = check;
    tls.resume();
    check();
  }

  #checkBinding(session: TlsSession, facts: TlsFacts): void {
    const isRequired = session.binding === 'require' || this.#needsProof;
    if (facts.reused || session.binding === 'off') return;
    const because =
      session.role === 'server'
        ? 'the client did not resume the TLS session of its control connection'
        : 'the server did not resume the TLS session of the control connection';
    if (!isRequired) {
      const what = 'TLS session of the data connection';
      this.#emit({
        kind: 'decision',
        connection: this.name,
        what,
        chosen: 'accepted without resumption',
        because,
      });
      return;
    }
    const error = new FtpConnectionError(
      `The TLS data connection does not prove that it belongs to this control connection: ${because}`,
      { channel: 'data', phase: 'tls', peer: this.peer },
    );
    this.#fail('tls', error);
    throw error;
  }

  #fail(phase: string, error: unknown): void {
    if (isFtpError(error) && error.code === 'FTP_TRANSFER') {
      if (error.direction === 'send') this.#sent = error.bytes;
      else this.#received = error.bytes;
    }
    this.#emit({
      kind: 'failed',
      connection: this.name,
      phase,
      error: error instanceof Error ? error.message : String(error),
    });
    this.destroy();
  }

  #adopted(socket: Socket): void {
    if (socket === this.#socket) return;
    this.#socket = socket;
    this.#attend(socket);
  }

  #attend(socket: Socket): void {
    socket.on('error', ignore);
    socket.once('close', () => {
      if (socket !== this.#socket || this.#isOver) return;
      this.#isOver = true;
      this.#emit({
        kind: 'closed',
        connection: this.name,
        by: this.#side,
        sent: this.#sent,
        received: this.#received,
      });
      this.#markClosed();
    });
  }

  #emit(fact: TraceFact): void {
    if (this.#trace) emit(this.#trace, fact);
  }
}

function ignore(): void {}
