import { type ChildProcess, spawn } from 'node:child_process';
import type { AcceptedConnection } from '@duoport/net';
import type { ProcessIo } from '../terminal.ts';
import { CommandError } from '../usage-error.ts';
import { sendConnection } from './send-connection.ts';

/** The process that goes on. */
export interface Successor {
  /** Plain data; lost when it is gone. */
  tell(message: object): void;
  /** The same with a connection, which is its own from then on. */
  handOver(message: object, connection: AcceptedConnection): void;
}

/** What a process leaves to the one after it. */
export interface Estate {
  /** What the new process has to know, as JSON; `give` says which descriptor of its own a socket of ours is there. */
  facts(give: (fd: number) => number, successor: Successor): object;
  /** What it says, until it is ready and after; with some messages comes the kernel's end of a connection. */
  heard?(message: object, handle: unknown, successor: Successor): void;
  /** It has ended without getting ready: all is to be as before. */
  failed?(): Promise<void>;
  /** It is gone, and was ready. */
  gone?(): void;
  /** The two go on talking when it is ready. */
  readonly talks: boolean;
}

/** Says which facts there are for this process. */
export const inheritedVariable = 'DUOPORT_INHERITED';
/** The last word of a process that starts: the one before it may go. */
export const readyMessage = { kind: 'ready' } as const;
/** After standard input, output and error, and the channel between the two. */
const firstDescriptor = 4;

/**
 * Starts this program once more, with the same words, and gives it the listening sockets. Resolves with its process number when it listens; it
 * rejects, with nothing changed, when the new one cannot start.
 */
export function startSuccessor(io: ProcessIo, estate: Estate): Promise<number> {
  const [program, ...words] = io.self ?? [];
  const handed: number[] = [];
  let child: ChildProcess | undefined;
  const successor: Successor = {
    tell: (message) => {
      if (child?.connected) child.send(message, () => undefined);
    },
    handOver: (message, connection) =>
      sendConnection(child?.connected ? child : undefined, message, connection),
  };
  const facts = estate.facts((fd) => firstDescriptor + handed.push(fd) - 1, successor);
  if (program === undefined || handed.length === 0)
    return Promise.reject(new CommandError('sockets cannot be handed over on this system'));
  child = spawn(program, words, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc', ...handed],
    serialization: 'advanced',
    env: { ...io.env, [inheritedVariable]: JSON.stringify(facts) },
  });
  return handedOver(child, estate, successor);
}

function handedOver(child: ChildProcess, estate: Estate, successor: Successor): Promise<number> {
  let isReady = false;
  return new Promise((resolve, reject) => {
    child.on('message', (message, handle) => {
      if (!isReadyMessage(message)) {
        if (typeof message === 'object') estate.heard?.(message, handle, successor);
        return;
      }
      isReady = true;
      // It outlives this process, and hears of its clients as long as there are some.
      child.unref();
      if (estate.talks) child.channel?.unref();
      else child.disconnect();
      resolve(child.pid ?? 0);
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (isReady) estate.gone?.();
      else {
        const ended = new CommandError(`the new process has ended (${signal ?? `exit code ${code}`})`);
        void (estate.failed?.() ?? Promise.resolve()).finally(() => reject(ended));
      }
    });
  });
}

function isReadyMessage(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'ready';
}
