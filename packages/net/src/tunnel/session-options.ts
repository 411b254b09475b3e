import type { Http2Session } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { netLimits } from '../net-limits.ts';

/** What both ends of a tunnel settle HTTP/2 to. */
export const sessionOptions = {
  settings: {
    enablePush: false,
    /** Of one stream: a transfer that its reader holds up keeps no more than this, and no other transfer. */
    initialWindowSize: netLimits.tunnelWindow,
    maxConcurrentStreams: netLimits.tunnelStreams,
    maxFrameSize: netLimits.tunnelFrame,
    maxHeaderListSize: netLimits.tunnelHeaders,
  },
  peerMaxConcurrentStreams: netLimits.tunnelStreams,
  /** Megabytes. */
  maxSessionMemory: netLimits.tunnelMemory,
  maxOutstandingPings: 10,
};

/**
 * The connection under a session is gone, or has ended at the other side, and so is the session: node:http2 would wait for its
 * streams to end, which those that have something left to write never do.
 */
export function endWith(tls: TLSSocket, session: Http2Session): void {
  const over = () => drop(tls, session);
  tls.once('end', over).once('close', over);
}

/** Ends both. node:http2 ends its session only when the write that is under way is done: on a dead connection, never. */
export function drop(tls: TLSSocket, session: Http2Session, error?: Error): void {
  session.destroy(error);
  // What was written in this turn goes out first.
  setImmediate(() => tls.destroy());
}

/** Of the whole connection: wide, for node:http2 opens it again as soon as bytes come, and the streams' own windows count. */
export function widen(session: Http2Session): void {
  session.setLocalWindowSize(netLimits.tunnelConnectionWindow);
}
