import type { Http2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { Shortcut } from '../kernel/bypass.ts';
import { stopReading } from '../kernel/reading.ts';
import { netLimits } from '../net-limits.ts';

type Direction = 'in' | 'out';

/** What the stream has moved, and is told. */
interface StreamCounts {
  sent(): number;
  received(): number;
  /** So many have gone past the stream. */
  add(direction: Direction, bytes: number): void;
}

/** Gets the plain connection; only a relay asks for one. */
export type AskForShortcut = (shortcut: TunnelShortcut, direction: Direction) => void;

const known = new WeakMap<Http2Stream, TunnelShortcut>();

/** Of a stream that was made into a socket. */
export function shortcutOf(stream: Http2Stream): TunnelShortcut | undefined {
  return known.get(stream);
}

/**
 * The plain connection beside one stream of a tunnel. The stream carries the first bytes, up to a place that is told on the line; the
 * connection carries the rest, in one direction; and how much there was in all is told on the line again.
 */
export class TunnelShortcut implements Shortcut {
  onReady: () => void = () => undefined;
  /** Resolves with the place where the stream ends and the connection begins; rejects when it does not come to that. */
  readonly left: Promise<number>;
  readonly #stream: Http2Stream;
  readonly #counts: StreamCounts;
  readonly #ask: AskForShortcut | undefined;
  readonly #allowed = new Set<Direction>();
  #resolveLeft: (at: number) => void = () => undefined;
  #rejectLeft: (reason: Error) => void = () => undefined;
  /** Bytes at which it is asked for (again). */
  #next: number = netLimits.longTransfer;
  #carrier: { readonly socket: Socket; readonly direction: Direction } | undefined;
  #at: number | undefined;
  #isOpen = false;
  #isUsed = false;
  #isOver = false;

  constructor(stream: Http2Stream, counts: StreamCounts, ask: AskForShortcut | undefined) {
    this.#stream = stream;
    this.#counts = counts;
    this.#ask = ask;
    this.left = new Promise((resolve, reject) => {
      this.#resolveLeft = resolve;
      this.#rejectLeft = reject;
    });
    this.left.catch(() => undefined);
    known.set(stream, this);
  }

  allow(direction: Direction): void {
    this.#allowed.add(direction);
  }

  /** Whether a connection of this kind would be taken now. */
  wants(direction: Direction): boolean {
    return !this.#isOver && this.#carrier === undefined && this.#allowed.has(direction);
  }

  /** Bytes have moved on the stream. */
  progress(direction: Direction): void {
    if (this.#isOpen) {
      if (direction === 'in' && this.socket('in') !== undefined) this.onReady();
      return;
    }
    if (this.#ask === undefined || !this.wants(direction)) return;
    const bytes = direction === 'in' ? this.#counts.received() : this.#counts.sent();
    if (bytes < this.#next) return;
    this.#next = 2 * bytes;
    this.#ask(this, direction);
  }

  /** A connection that both sides know to be theirs; nothing has been read from it beyond that. False: it is not wanted. */
  offer(socket: Socket, direction: Direction): boolean {
    if (!this.wants(direction) || socket.destroyed || socket.readableLength > 0) return false;
    stopReading(socket);
    socket.on('error', () => undefined);
    this.#carrier = { socket, direction };
    return true;
  }

  /** From now on it may be used. `at`: for `in`, how many bytes come over the stream before. */
  open(at?: number): void {
    if (this.#carrier?.direction === 'in') this.#at = at;
    this.#isOpen = true;
    if (this.socket('in') !== undefined) this.onReady();
  }

  socket(direction: Direction): Socket | undefined {
    if (!this.#isOpen || this.#isUsed || this.#isOver || this.#carrier?.direction !== direction)
      return undefined;
    const { socket } = this.#carrier;
    return direction === 'out' || this.#at === this.#counts.received() ? socket : undefined;
  }

  /** Bytes may still come on it. */
  get isUnderWay(): boolean {
    return !this.#isOver && this.#isOpen && this.#carrier?.direction === 'in';
  }

  leave(): void {
    this.#isUsed = true;
    if (this.#carrier?.direction === 'out') this.#resolveLeft(this.#counts.sent());
  }

  moved(bytes: number): void {
    const carrier = this.#carrier;
    this.#isOver = true;
    if (carrier === undefined) return;
    const { socket, direction } = carrier;
    if (direction === 'in' || this.#stream.destroyed) socket.destroy();
    else {
      // What the kernel still has of it may be thrown away when nobody has the socket any more.
      socket.end();
      this.#stream.once('close', () => socket.destroy());
    }
    this.#counts.add(direction, bytes);
  }

  drop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#rejectLeft(new Error('the stream has ended'));
    this.#carrier?.socket.resetAndDestroy();
  }
}
