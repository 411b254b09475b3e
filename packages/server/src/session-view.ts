import type { Endpoint } from '@duoport/protocol';
import type { DataConnectionView, DataTrouble } from './data-view.ts';
import type { RunningTransfer } from './running-transfer.ts';

/** One session as an administrator sees it now. Plain data: it crosses processes. */
export interface SessionView {
  /** Its number in the log. */
  readonly session: number;
  readonly peer: Endpoint;
  /** Undefined: not logged in. */
  readonly user: string | undefined;
  /** The control connection is under TLS. */
  readonly secure: boolean;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Milliseconds since the last command; 0 while one runs. */
  readonly idle: number;
  /** The verb of the command that runs. */
  readonly command: string | undefined;
  readonly transfer: TransferView | undefined;
  /** The data connection that is open, awaited or agreed on. */
  readonly data: DataConnectionView | undefined;
  /** The last data connection did not come about, and why probably. */
  readonly trouble: DataTrouble | undefined;
}

/** A transfer that runs. */
export interface TransferView {
  readonly verb: string;
  readonly path: string;
  /** `send`: to the client. */
  readonly direction: 'send' | 'receive';
  readonly bytes: number;
  /** Milliseconds. */
  readonly duration: number;
}

export function transferView({ verb, what, direction, bytes, started }: RunningTransfer): TransferView {
  return { verb, path: what, direction, bytes, duration: performance.now() - started };
}
