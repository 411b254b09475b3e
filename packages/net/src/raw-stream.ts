import type { Duplex } from 'node:stream';
import type { Shortcut } from './kernel/bypass.ts';

/** What a control or data connection runs on: a TCP socket, or a stream of a tunnel that behaves like one. */
export interface RawStream extends Duplex {
  /** Only a tunnel says so: to destroy it is to break it off, so its end must be written. Closing a TCP socket sends a FIN. */
  readonly mustEnd?: true;
  /** Of a tunnel: where a long transfer may go on beside it. */
  readonly shortcut?: Shortcut | undefined;
  readonly readyState: string;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  setNoDelay(on?: boolean): unknown;
  setTimeout(milliseconds: number, onTimeout?: () => void): unknown;
  resetAndDestroy(): unknown;
}
