import type { Endpoint } from '@duoport/protocol';
import type { DataCause } from './data-cause.ts';
import type { Agreed } from './data-story.ts';

/** A data connection as an administrator sees it now. Plain data. */
export interface DataConnectionView {
  readonly mode: 'passive' | 'active';
  /** `agreed`: no command for it yet. `awaited`: the transfer waits for it. */
  readonly state: 'agreed' | 'awaited' | 'open';
  readonly dialledBy: 'client' | 'server';
  /** Port 0: not known yet. */
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** Milliseconds that it is, or was, awaited. */
  readonly waited: number;
}

/** Why the last data connection that was agreed on did not come about. */
export interface DataTrouble {
  readonly cause: DataCause;
  readonly explanation: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export function agreedView(
  { mode, local, remote }: Agreed,
  state: 'agreed' | 'awaited',
  since: number,
): DataConnectionView {
  const waited = performance.now() - since;
  return mode === 'passive'
    ? // Where it will come from is known but for the port; that of the control connection is no answer.
      { mode, state, dialledBy: 'client', from: { ...remote, port: 0 }, to: local, waited }
    : { mode, state, dialledBy: 'server', from: local, to: remote, waited };
}
