import { hiddenReset } from './hidden-reset.ts';
import type { RawStream } from './raw-stream.ts';
import { resetStream } from './reset-stream.ts';

export interface PassBytesOptions {
  /** Milliseconds without a byte in either direction, after which both are cut. */
  readonly idle: number;
  /** Asked when that time is up: true gives it once more. */
  isBusy?(): boolean;
  /** Shown what the server sends, until it says false. */
  tap?(chunk: Uint8Array): boolean;
  /** Cuts both. */
  readonly signal: AbortSignal;
}

/** What went through. */
export interface PassedBytes {
  readonly toClient: number;
  readonly toServer: number;
  /** Undefined: both ends have ended it. */
  readonly because: string | undefined;
}

/**
 * Two connections become one: bytes go to the other side as they come, a FIN as a FIN, a reset as a reset. Both are owned from now on;
 * resolves when both are gone, and never rejects.
 */
export function passBytes(
  client: RawStream,
  server: RawStream,
  { idle, isBusy, tap, signal }: PassBytesOptions,
): Promise<PassedBytes> {
  return new Promise((resolve) => {
    const passed = { toClient: 0, toServer: 0 };
    let because: string | undefined;
    let last = performance.now();
    let open = 2;
    let tapped = tap;
    const cut = (reason: string) => {
      because ??= reason;
      for (const stream of [client, server]) if (!stream.destroyed) reset(stream);
    };
    const tick = () => {
      const rest = last + idle - performance.now();
      if (rest > 1 || isBusy?.() === true) timer = setTimeout(tick, rest > 1 ? rest : idle);
      else cut(`nothing was said for ${idle / 1000} s`);
    };
    let timer = setTimeout(tick, idle);
    const onAbort = () => cut(String(signal.reason instanceof Error ? signal.reason.message : signal.reason));
    signal.addEventListener('abort', onAbort, { once: true });
    const closed = () => {
      open -= 1;
      if (open > 0) return;
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      resolve({ ...passed, because });
    };
    const join = (from: RawStream, to: RawStream, count: 'toClient' | 'toServer') => {
      const resume = () => from.resume();
      const who = count === 'toServer' ? 'client' : 'server';
      from.on('data', (chunk: Uint8Array) => {
        last = performance.now();
        passed[count] += chunk.length;
        if (count === 'toClient' && tapped?.(chunk) === false) tapped = undefined;
        if (to.write(chunk)) return;
        from.pause();
        to.once('drain', resume);
      });
      from.on('end', () => (hiddenReset(from) ? cut(`the ${who} broke it off`) : to.end()));
      from.on('error', (error: NodeJS.ErrnoException) => cut(`the ${who} broke it off (${error.code})`));
      from.on('close', () => {
        if (!from.readableEnded) cut(`the ${who} broke it off`);
        closed();
      });
    };
    join(client, server, 'toServer');
    join(server, client, 'toClient');
    if (signal.aborted) onAbort();
    // One that was closed before it was listened to says so no more.
    for (const stream of [client, server]) if (stream.closed) queueMicrotask(closed);
    if (client.destroyed || server.destroyed) cut('one side was gone before it began');
    client.resume();
    server.resume();
  });
}

function reset(stream: RawStream): void {
  if (stream.mustEnd) stream.destroy();
  else resetStream(stream);
}
