import { spawn } from 'node:child_process';
import type { ProcessIo } from '../terminal.ts';
import { CommandError } from '../usage-error.ts';

/** Where the process before this one listened: descriptors of this process. */
export interface Inheritance {
  readonly doors: readonly { readonly fd: number; readonly implicitTls: boolean }[];
  readonly metrics: number | undefined;
}

const variable = 'DUOPORT_INHERITED';
/** After standard input, output and error, and the channel on which the new process says that it is ready. */
const firstDescriptor = 4;

/**
 * Starts this program once more, with the same words, and gives it the listening sockets. Resolves with its process number when it listens; it
 * rejects, with nothing changed, when the new one cannot start.
 */
export function startSuccessor(io: ProcessIo, { doors, metrics }: Inheritance): Promise<number> {
  const [program, ...words] = io.self ?? [];
  if (program === undefined || doors.length === 0)
    return Promise.reject(new CommandError('sockets cannot be handed over on this system'));
  const handed = [...doors.map(({ fd }) => fd), ...(metrics === undefined ? [] : [metrics])];
  const inheritance: Inheritance = {
    doors: doors.map((door, index) => ({ ...door, fd: firstDescriptor + index })),
    metrics: metrics === undefined ? undefined : firstDescriptor + doors.length,
  };
  const child = spawn(program, words, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc', ...handed],
    env: { ...io.env, [variable]: JSON.stringify(inheritance) },
  });
  return new Promise((resolve, reject) => {
    child.once('message', () => {
      child.disconnect();
      // It outlives this process.
      child.unref();
      resolve(child.pid ?? 0);
    });
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      reject(new CommandError(`the new process has ended (${signal ?? `exit code ${code}`})`)),
    );
  });
}

/** What the process before this one has handed over. Undefined: there was none. */
export function inherited(env: ProcessIo['env']): Inheritance | undefined {
  const text = env[variable];
  if (text === undefined || process.send === undefined) return undefined;
  return JSON.parse(text) as Inheritance;
}

/** The process before this one may go. */
export function sayReady(): void {
  process.send?.('ready', () => undefined);
}
