import type { AcceptedConnection } from '@duoport/net';
import type { ProcessIo } from '../terminal.ts';
import { sendConnection } from './send-connection.ts';
import { inheritedVariable, readyMessage } from './successor.ts';

/** The process before this one. */
export interface Predecessor<Facts> {
  readonly facts: Facts;
  /** With some messages comes the kernel's end of a connection. */
  hear(heard: (message: object, handle: unknown) => void): void;
  /** Keeps this process alive until then: otherwise one that cannot start would wait for messages for ever. */
  during<T>(answered: Promise<T>): Promise<T>;
  tell(message: object): void;
  handOver(message: object, connection: AcceptedConnection): void;
  /** Calls back when it is gone. */
  onceGone(gone: () => void): void;
}

/** Undefined: nobody was here before. */
export function predecessor<Facts>(env: ProcessIo['env']): Predecessor<Facts> | undefined {
  const text = env[inheritedVariable];
  if (text === undefined || process.send === undefined) return undefined;
  return {
    facts: JSON.parse(text) as Facts,
    hear: (heard) => {
      process.on('message', (message, handle) => heard(message as object, handle));
      process.channel?.unref();
    },
    during: (answered) => {
      process.channel?.ref();
      return answered.finally(() => process.channel?.unref());
    },
    tell: (message) => {
      if (process.connected) process.send?.(message, () => undefined);
    },
    handOver: (message, connection) => {
      const channel = process.connected ? (process as Required<Pick<NodeJS.Process, 'send'>>) : undefined;
      sendConnection(channel as Parameters<typeof sendConnection>[0], message, connection);
    },
    onceGone: (gone) => {
      if (process.connected) process.once('disconnect', gone);
      else gone();
    },
  };
}

/** The process before this one may go. */
export function sayReady(): void {
  process.send?.(readyMessage, () => undefined);
}
