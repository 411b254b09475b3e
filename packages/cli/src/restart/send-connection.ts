import type { ChildProcess } from 'node:child_process';
import type { AcceptedConnection } from '@duoport/net';

/** The other end of a channel: a child, or the process that has started this one. */
type Receiver = Pick<ChildProcess, 'send'>;

/** Gives a connection to another process, with what was read of it as `head` of the message and what is known of it as `ends`. Without a receiver it is closed. */
export function sendConnection(
  to: Receiver | undefined,
  message: object,
  connection: AcceptedConnection,
): void {
  const detached = connection.detach();
  if (detached === undefined || to === undefined) {
    detached?.close();
    return;
  }
  const { handle, head, ends, close } = detached;
  to.send({ ...message, head, ends }, handle as Parameters<ChildProcess['send']>[1], {}, close);
}
