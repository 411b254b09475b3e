import { limits } from '@duoport/protocol';
import { AcceptedConnection } from './accepted-connection.ts';
import { type ClientHello, ClientHelloReader } from './client-hello.ts';
import type { RawStream } from './raw-stream.ts';
import { marksOf } from './tls-mark.ts';
import { type HeadWatcher, watchHead } from './watch-head.ts';

/** What a connection shows of itself before it is encrypted. */
export interface ShownHello {
  /** Whom the client believes to talk to, in lower case. */
  readonly serverName: string | undefined;
  /** What it would speak over TLS (ALPN, RFC 7301). */
  readonly protocols: readonly string[];
  /** Earlier sessions that it offers to resume, as {@link ServerMarks} tells those of servers. */
  readonly marks: ReadonlySet<string>;
}

/**
 * Waits for the ClientHello that a connection begins with, and leaves it there to be read. Undefined: something else came, or nothing within
 * `timeout` milliseconds, or the peer is gone.
 */
export function readHello(
  from: AcceptedConnection | RawStream,
  timeout: number = limits.tlsTimeout,
): Promise<ShownHello | undefined> {
  return new Promise((resolve) => {
    const reader = new ClientHelloReader();
    const settle = (hello?: ClientHello) => {
      clearTimeout(timer);
      // Not from within the read: whoever gets the connection reads it anew.
      queueMicrotask(() => {
        watch.end();
        resolve(hello && shownOf(hello));
      });
    };
    const timer = setTimeout(settle, timeout);
    const watcher: HeadWatcher = {
      bytes: (chunk) => {
        const read = reader.push(chunk);
        if (read.kind === 'more') return true;
        settle(read.kind === 'hello' ? read.hello : undefined);
        return false;
      },
      ended: () => settle(),
      gone: () => settle(),
    };
    const isAccepted = from instanceof AcceptedConnection;
    const watch = isAccepted ? from.watch(watcher) : watchHead(from, watcher);
    if (!isAccepted && from.destroyed) settle();
  });
}

function shownOf(hello: ClientHello): ShownHello {
  const { serverName, protocols } = hello;
  return { serverName, protocols, marks: marksOf(hello) };
}
