import type { AcceptedConnection, SinglePort } from '@duoport/net';
import type { DoorHandle, Listening } from '@duoport/server';
import type { Sight } from '../seeing/sight.ts';
import type { ServePlan } from './plan.ts';

/** A server that listens: in this process, or with workers. */
export interface RunningServer {
  readonly listening: readonly Listening[];
  readonly sessions: number;
  /** Its listening sockets, for another process. */
  readonly doors: readonly DoorHandle[];
  /** Where data connections come in with all others, when there is one port for everything. */
  readonly door: SinglePort | undefined;
  /** A connection that another process has accepted for this one. */
  arrived(connection: AcceptedConnection, implicitTls: boolean): void;
  /** The plan for the sessions that come from now on; without listeners those that are there stay. When it rejects, nothing has changed. */
  reload(plan: ServePlan): Promise<void>;
  readonly sight: Sight;
  /** Takes no new session any more; resolves when the last one is over, by itself. */
  leave(): Promise<void>;
  close(options: { readonly grace: number }): Promise<void>;
}
