import { constants, type Http2Stream } from 'node:http2';

/**
 * Resets a stream of a tunnel, in a turn of its own. In the turn in which nghttp2 tells of another end, and something waits to be
 * written, Node 20 would write at once, and nghttp2 would free the stream that it is just closing: the process dies of that.
 */
export function breakOff(stream: Http2Stream, code: number = constants.NGHTTP2_CANCEL): void {
  setImmediate(() => {
    if (!stream.closed && !stream.destroyed) stream.close(code);
  });
}
