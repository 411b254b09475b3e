import type { DataConnection } from '@duoport/net';
import type { Endpoint } from '@duoport/protocol';

/** A data connection that came about. Plain data, but for `resumed`, which is known once its TLS is there. */
export interface OpenedData {
  readonly mode: 'passive' | 'active';
  readonly dialledBy: 'client' | 'server';
  /** The end that dialled. */
  readonly from: Endpoint;
  /** The end that was dialled: in passive mode one of ours. */
  readonly to: Endpoint;
  /** Milliseconds from when it was awaited, or dialled, until it stood. */
  readonly waited: number;
  /** Whether its TLS resumed the session of the control connection; undefined: in clear. */
  resumed: boolean | undefined;
}

export function openedData(
  { peer, local }: DataConnection,
  mode: OpenedData['mode'],
  waited: number,
): OpenedData {
  return mode === 'passive'
    ? { mode, dialledBy: 'client', from: peer, to: local, waited, resumed: undefined }
    : { mode, dialledBy: 'server', from: local, to: peer, waited, resumed: undefined };
}

/** Seen from the server. */
export function endsOf({ mode, from, to }: OpenedData): {
  readonly peer: Endpoint;
  readonly local: Endpoint;
} {
  return mode === 'passive' ? { peer: from, local: to } : { peer: to, local: from };
}
