import { limits } from '@duoport/protocol';
import { type ClientHello, ClientHelloReader } from './client-hello.ts';
import type { RawStream } from './raw-stream.ts';
import { marksOf } from './tls-mark.ts';
import { watchHead } from './watch-head.ts';

/** What a connection shows of itself before it is encrypted. */
export interface ShownHello {
  /** Whom the client believes to talk to, in lower case. */
  readonly serverName: string | undefined;
  /** Earlier sessions that it offers to resume, as {@link ServerMarks} tells those of servers. */
  readonly marks: ReadonlySet<string>;
}

/**
 * Waits for the ClientHello that a connection begins with, and leaves it there to be read. Undefined: something else came, or nothing in
 * time, or the peer is gone; the connection is then destroyed.
 */
export function readHello(
  stream: RawStream,
  timeout: number = limits.tlsTimeout,
): Promise<ShownHello | undefined> {
  return new Promise((resolve) => {
    const reader = new ClientHelloReader();
    const settle = (hello: ClientHello | undefined) => {
      clearTimeout(timer);
      watch.end();
      if (hello === undefined) stream.destroy();
      resolve(hello && { serverName: hello.serverName, marks: marksOf(hello) });
    };
    const timer = setTimeout(() => settle(undefined), timeout);
    const watch = watchHead(stream, {
      bytes: (chunk) => {
        const read = reader.push(chunk);
        if (read.kind === 'more') return true;
        // Not from within the read: whoever gets the connection reads it anew.
        queueMicrotask(() => settle(read.kind === 'hello' ? read.hello : undefined));
        return false;
      },
      ended: () => settle(undefined),
      gone: () => settle(undefined),
    });
    if (stream.destroyed) queueMicrotask(() => settle(undefined));
  });
}
