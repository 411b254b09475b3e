import { type ClientHttp2Session, constants, type Http2Session, type Http2Stream } from 'node:http2';
import { netLimits } from '../net-limits.ts';
import { words } from './words.ts';

/** What the relay asks, to have a stream of this number reset. */
export const breakPath = '/break';

const asked = new WeakSet<Http2Stream>();

/**
 * Resets a stream of a tunnel, in a turn of its own. In the turn in which nghttp2 tells of another end, and something waits to be
 * written, Node 20 would write at once, and nghttp2 would free the stream that it is just closing: the process dies of that.
 */
export function breakOff(stream: Http2Stream, code: number = constants.NGHTTP2_CANCEL): void {
  setImmediate(() => {
    if (stream.closed || stream.destroyed || asked.has(stream)) return;
    const { session } = stream;
    // An agent that gets a stream wrong is not asked for anything.
    const isPlain = code === constants.NGHTTP2_CANCEL && stream.id !== undefined;
    if (isPlain && isOfRelay(session)) askToBreak(session, stream);
    else stream.close(code);
  });
}

/** In HTTP/2 the relay is the client, although the agent has dialled. */
function isOfRelay(session: Http2Session | undefined): session is ClientHttp2Session {
  return session?.type === constants.NGHTTP2_SESSION_CLIENT && !session.closed && !session.destroyed;
}

/**
 * nghttp2 ends the session of a client that resets a thousand streams, more than 33 of them a second; Node 20 cannot be told otherwise. Whoever
 * breaks off transfer after transfer would bring the line of all others down. What the agent resets is not counted.
 */
function askToBreak(session: ClientHttp2Session, stream: Http2Stream): void {
  asked.add(stream);
  // What is on its way to here is thrown away.
  stream.resume();
  const late = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), netLimits.closeTimeout);
  stream.once('close', () => clearTimeout(late));
  const headers = { ':method': 'POST', ':path': breakPath, [words.stream]: String(stream.id) };
  session
    .request(headers, { endStream: true })
    .on('error', () => undefined)
    .resume();
}
