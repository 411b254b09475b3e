import type { Socket } from 'node:net';
import type { RawStream } from '../raw-stream.ts';

/** Joins a TCP connection to a stream of a tunnel, both ways. An end is passed on as an end, a break as a break. */
export function splice(socket: Socket, stream: RawStream): void {
  pass(socket, stream);
  pass(stream, socket);
}

function pass(from: RawStream, to: RawStream): void {
  let ended = false;
  let corked = false;
  from.on('data', (chunk: Uint8Array) => {
    // Frames are small: what comes in one turn goes out in one call.
    if (!corked) {
      corked = true;
      to.cork();
      setImmediate(() => {
        corked = false;
        to.uncork();
      });
    }
    if (!to.write(chunk)) from.pause();
  });
  to.on('drain', () => from.resume());
  from.on('end', () => {
    ended = true;
    to.end();
  });
  from.on('error', () => to.resetAndDestroy());
  from.on('close', () => {
    if (!ended) to.resetAndDestroy();
  });
  from.resume();
}
