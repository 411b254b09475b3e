import type { Http2Stream } from 'node:http2';
import { words } from './words.ts';

const told = new WeakMap<Http2Stream, number>();

/**
 * For every stream of a tunnel, when it is made: a small file can be here with its end before anybody has heard that the stream was
 * answered.
 */
export function listenForEnd(stream: Http2Stream): void {
  stream.on('trailers', (headers) => told.set(stream, Number(headers[words.sent] ?? Number.NaN)));
}

/** How many bytes the other end says that it has sent. Undefined: it has not ended. */
export function toldBytes(stream: Http2Stream): number | undefined {
  return told.get(stream);
}
