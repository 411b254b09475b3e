import { limits } from '@duoport/protocol';
import type { AcceptedConnection } from './accepted-connection.ts';
import { type ClientHello, ClientHelloReader } from './client-hello.ts';

/**
 * Reads the ClientHello that a connection begins with, and puts it back. Undefined: it begins with something else, or with nothing
 * within `timeout` milliseconds, or is gone.
 */
export function peekHello(
  connection: AcceptedConnection,
  timeout: number = limits.tlsTimeout,
): Promise<ClientHello | undefined> {
  return new Promise((resolve) => {
    const reader = new ClientHelloReader();
    const settle = (hello?: ClientHello) => {
      clearTimeout(timer);
      // Not from within the read: whoever gets the connection reads it anew.
      queueMicrotask(() => {
        watch.end();
        resolve(hello);
      });
    };
    const timer = setTimeout(settle, timeout);
    const watch = connection.watch({
      bytes: (chunk) => {
        const read = reader.push(chunk);
        if (read.kind === 'more') return true;
        settle(read.kind === 'hello' ? read.hello : undefined);
        return false;
      },
      ended: () => settle(),
      gone: () => settle(),
    });
  });
}
