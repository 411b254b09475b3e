import type { Socket } from 'node:net';
import type { Endpoint } from '@duoport/protocol';

/** What a receive tells its data connection while it runs. */
export interface ReceiveContext {
  readonly peer: Endpoint;
  /** The kernel's end moved to this socket: destroy that one from now on. */
  onAdopted(socket: Socket): void;
  onFirstByte(): void;
  /** The peer's FIN. */
  onFin(): void;
  onReset(cause: Error): void;
  onTruncated(bytes: number): void;
}

export interface Moved {
  readonly bytes: number;
  readonly wireBytes: number;
}

/** Called once when a receive is over: `moved`, or else the error. */
export type Settle = (error: unknown, moved: Moved | undefined) => void;
