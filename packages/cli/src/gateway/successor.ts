import { type ChildProcess, spawn } from 'node:child_process';
import type { DataPortDoor, FtpPassThrough, VisitChange } from '@duoport/gateway';
import type { ProcessIo } from '../terminal.ts';
import { CommandError } from '../usage-error.ts';
import type { RunningGateway } from './gateway-desk.ts';

/** Where the process before this one listened: descriptors of this process. */
export interface Inheritance {
  readonly doors: readonly { readonly fd: number; readonly implicitTls: boolean }[];
  readonly metrics: number | undefined;
  readonly dataDoors: readonly DataPortDoor[];
  /** Whose data connections come to the data ports. */
  readonly guests: readonly VisitChange[] | undefined;
}

/** What the processes tell each other. With TLS passed through the new one first has the data ports, and then the others. */
type ToSuccessor = { readonly kind: 'go' } | { readonly kind: 'guest'; readonly change: VisitChange };
type ToPredecessor = { readonly kind: 'data' } | { readonly kind: 'ready' };

const variable = 'DUOPORT_INHERITED';
/** After standard input, output and error, and the channel between the two. */
const firstDescriptor = 4;

/**
 * Starts this program once more, with the same words, and gives it the listening sockets. Resolves with its process number when it listens; it
 * rejects, with nothing changed, when the new one cannot start.
 */
export function startSuccessor(
  io: ProcessIo,
  gateway: RunningGateway,
  metrics: number | undefined,
): Promise<number> {
  const [program, ...words] = io.self ?? [];
  const { doors } = gateway;
  if (program === undefined || doors.length === 0)
    return Promise.reject(new CommandError('sockets cannot be handed over on this system'));
  const handed: number[] = [];
  const give = (fd: number): number => firstDescriptor + handed.push(fd) - 1;
  const passing = 'handOver' in gateway ? gateway : undefined;
  // Whoever comes from here on is told by messages, which wait until the new process hears them.
  const early: VisitChange[] = [];
  let tell = (change: VisitChange): void => void early.push(change);
  const inheritance: Inheritance = {
    doors: doors.map((door) => ({ ...door, fd: give(door.fd) })),
    metrics: metrics === undefined ? undefined : give(metrics),
    dataDoors: (passing?.dataDoors ?? []).map((door) => ({ ...door, fd: give(door.fd) })),
    guests: passing?.handOver((change) => tell(change)),
  };
  const child = spawn(program, words, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc', ...handed],
    env: { ...io.env, [variable]: JSON.stringify(inheritance) },
  });
  tell = (change) => send(child, { kind: 'guest', change });
  for (const change of early) tell(change);
  return handedOver(child, passing);
}

function handedOver(child: ChildProcess, passing: FtpPassThrough | undefined): Promise<number> {
  let isReady = false;
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      const { kind } = message as ToPredecessor;
      if (kind === 'data') void passing?.shutData().then(() => send(child, { kind: 'go' }));
      if (kind !== 'ready') return;
      isReady = true;
      // It outlives this process, and hears of its clients as long as there are some.
      child.unref();
      if (passing === undefined) child.disconnect();
      else child.channel?.unref();
      resolve(child.pid ?? 0);
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      const ended = new CommandError(`the new process has ended (${signal ?? `exit code ${code}`})`);
      // When it was ready this comes too late to change anything.
      if (!isReady) void passing?.openData().catch(reject);
      reject(ended);
    });
  });
}

function send(child: ChildProcess, message: ToSuccessor): void {
  if (child.connected) child.send(message, () => undefined);
}

/** What the process before this one has handed over. Undefined: there was none. */
export function inherited(env: ProcessIo['env']): Inheritance | undefined {
  const text = env[variable];
  if (text === undefined || process.send === undefined) return undefined;
  return JSON.parse(text) as Inheritance;
}

/** Takes over from the process before this one, which tells of its clients until it is gone. Resolves when it has left the data ports. */
export async function takeData(gateway: FtpPassThrough, guests: readonly VisitChange[]): Promise<void> {
  for (const change of guests) gateway.guest(change);
  process.once('disconnect', () => gateway.guest(undefined));
  await new Promise<void>((resolve) => {
    process.on('message', (message) => {
      const told = message as ToSuccessor;
      if (told.kind === 'go') resolve();
      else gateway.guest(told.change);
    });
    process.send?.({ kind: 'data' } satisfies ToPredecessor, () => undefined);
  });
  process.channel?.unref();
}

/** The process before this one may go. */
export function sayReady(): void {
  process.send?.({ kind: 'ready' } satisfies ToPredecessor, () => undefined);
}
