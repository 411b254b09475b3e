import { getSystemErrorName } from 'node:util';
import { FtpTimeoutError, limits } from '@duoport/protocol';
import type { ByteSink, DirectSink, PumpOptions } from '../bytes.ts';
import { netLimits } from '../net-limits.ts';
import type { RawStream } from '../raw-stream.ts';
import { broken } from '../transfer-end.ts';
import { type Movement, mover } from './mover.ts';
import { socketDescriptor, startReading, stopReading } from './reading.ts';

/**
 * A plain connection beside a stream of a tunnel, to which a long transfer moves. The stream still tells how much there is: an end of that
 * connection is none before the other side has said on the line that this was all.
 */
export interface Shortcut {
  /** This side could move bytes to it (`out`), or from it (`in`). */
  allow(direction: 'in' | 'out'): void;
  /** Undefined: everything still goes over the stream; for `in`: or what goes over it has not all come. */
  socket(direction: 'in' | 'out'): RawStream | undefined;
  /** Told when there is one, where no byte comes that would ask. */
  onReady: () => void;
  /** All goes there from now on. */
  leave(): void;
  /** That was all of it. */
  moved(bytes: number): void;
  drop(): void;
}

/** How the rest of a receive goes from kernel to kernel; `take` is called when all before it is at the sink, and nothing is read. */
export interface Bypass {
  readonly isReady: boolean;
  onReady: (() => void) | undefined;
  /**
   * Resolves with the bytes that were moved when `raw` has ended, which is read again then. Rejects as the receive has to. `raw`: what is
   * received from, whose handle may have changed hands meanwhile.
   */
  take(raw: RawStream): Promise<number>;
  drop(): void;
}

/** Undefined: these bytes are for this program. */
export function bypassOf(
  raw: RawStream,
  { sink, moved }: { readonly sink: ByteSink; readonly moved: () => number },
  options: PumpOptions,
): Bypass | undefined {
  const { direct } = sink;
  if (direct === undefined || options.transform !== undefined) return undefined;
  const [source, target] = [raw.shortcut, direct.stream?.shortcut];
  if (source !== undefined && target !== undefined) return undefined;
  source?.allow('in');
  target?.allow('out');
  return new KernelBypass(direct, options, { source, target, moved });
}

class KernelBypass implements Bypass {
  readonly #direct: DirectSink;
  readonly #options: PumpOptions;
  readonly #source: Shortcut | undefined;
  readonly #target: Shortcut | undefined;
  readonly #moved: () => number;
  #movement: Movement | undefined;

  constructor(
    direct: DirectSink,
    options: PumpOptions,
    {
      source,
      target,
      moved,
    }: {
      readonly source: Shortcut | undefined;
      readonly target: Shortcut | undefined;
      readonly moved: () => number;
    },
  ) {
    this.#direct = direct;
    this.#options = options;
    this.#source = source;
    this.#target = target;
    this.#moved = moved;
  }

  set onReady(told: (() => void) | undefined) {
    if (this.#source && told) this.#source.onReady = told;
  }

  get isReady(): boolean {
    // It takes all there is: what comes after it is the end, which is read here.
    if (this.#movement !== undefined) return false;
    const { stream } = this.#direct;
    if (stream === undefined || stream.destroyed) return false;
    if (this.#source ? !this.#source.socket('in') : this.#target && !this.#target.socket('out')) return false;
    if (!this.#source && !this.#target && this.#moved() < netLimits.longTransfer) return false;
    if (!this.#target && (stream.mustEnd || stream.writableLength > 0)) return false;
    return mover.isReady;
  }

  async take(raw: RawStream): Promise<number> {
    const source = this.#source ? this.#source.socket('in') : raw;
    const target = this.#target ? this.#target.socket('out') : this.#direct.stream;
    const [from, to] = [source && socketDescriptor(source), target && socketDescriptor(target)];
    if (source === undefined || target === undefined || from === undefined || to === undefined)
      throw broken({ direction: 'receive', moved: () => 0 }, undefined);
    stopReading(source);
    const movement = mover.move(from, to);
    if (movement === undefined) throw new Error('No thread moves bytes any more');
    this.#movement = movement;
    this.#source?.leave();
    this.#target?.leave();
    const onClose = () => movement.drop();
    const watched = [source, target, ...(this.#direct.stream ? [this.#direct.stream] : [])];
    for (const stream of watched) stream.once('close', onClose);
    const stalled = this.#watch(movement);
    try {
      const bytes = await this.#outcome(movement, stalled.signal);
      this.#direct.moved(bytes);
      this.#source?.moved(bytes);
      this.#target?.moved(bytes);
      if (this.#source === undefined) startReading(raw);
      return bytes;
    } finally {
      stalled.stop();
      for (const stream of watched) stream.off('close', onClose);
    }
  }

  drop(): void {
    this.#movement?.drop();
  }

  async #outcome(movement: Movement, stalled: AbortSignal): Promise<number> {
    const end = await movement.ended;
    if (end.kind === 'end') return end.bytes;
    if (stalled.aborted) throw stalled.reason;
    if (end.kind === 'dropped') throw broken({ direction: 'receive', moved: () => end.bytes }, undefined);
    const code = getSystemErrorName(-end.errno);
    const cause = Object.assign(new Error(`splice ${code}`), { code, errno: -end.errno, syscall: 'splice' });
    const direction = end.side === 'from' ? 'receive' : 'send';
    const error = broken({ direction, moved: () => end.bytes }, cause);
    if (end.side === 'to') this.#direct.failed(error);
    throw error;
  }

  /** Looks four times as often as it may take: bytes that nobody here sees tell nobody that they move. */
  #watch(movement: Movement): { readonly signal: AbortSignal; stop(): void } {
    const { stallTimeout: after = limits.stallTimeout, onProgress } = this.#options;
    const stalled = new AbortController();
    const every = Math.min(1000, after > 0 ? after / 4 : 1000);
    let before = -1;
    let since = performance.now();
    const timer = setInterval(() => {
      const { bytes } = movement;
      const now = performance.now();
      if (bytes !== before) {
        before = bytes;
        since = now;
        onProgress?.call(this.#options, this.#moved() + bytes);
      } else if (after > 0 && now - since >= after) {
        const what = movement.isHeld ? 'The peer took no byte' : 'The peer sent no byte';
        const text = `${what} on the data connection for ${after} ms; ${bytes} had been moved by the kernel`;
        stalled.abort(new FtpTimeoutError(text, { channel: 'data', phase: 'transfer', after }));
        movement.drop();
      }
    }, every);
    return { signal: stalled.signal, stop: () => clearInterval(timer) };
  }
}
