import { AcceptedConnection } from '@duoport/net';
import { createServer, type FtpServer, type ServerOptions } from '@duoport/server';
import type { Counting } from '../seeing/counting.ts';
import { isTold } from '../seeing/is-told.ts';
import { measuredOf } from '../seeing/sight.ts';
import { serverOptions } from '../serve/server-options.ts';
import { CallChannel } from './calls.ts';
import type { Duty, FromWorker, ToWorker } from './messages.ts';
import { RemoteDoor } from './remote-door.ts';
import { remoteServices } from './services.ts';
import { workerServices } from './worker-services.ts';

/** A process that runs sessions: it listens nowhere, and gets its connections from the first process. */
const door = new RemoteDoor(tell);
const calls: CallChannel = new CallChannel(
  tell,
  workerServices({
    duties: { change, shrink },
    seeing: {
      look: async () => server?.look() ?? [],
      kick: async (sessions) => server?.kick(sessions) ?? [],
      shut: async () => server?.shut ?? [],
      counted: async () => (await counting?.read()) ?? [],
    },
  }),
);
const services = remoteServices(calls);
let server: FtpServer | undefined;
/** Connections that came before the server was there. */
let early: (() => void)[] | undefined = [];
let counting: Counting | undefined;

// Ctrl-C goes to every process of a terminal; the first one decides what becomes of it.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.on('SIGHUP', () => undefined);
process.on('disconnect', () => process.exit(1));
process.on('message', (message, handle: unknown) => hear(message as ToWorker, handle));

function hear(message: ToWorker, handle: unknown): void {
  switch (message.kind) {
    case 'start':
      void start(message.duty);
      return;
    case 'control':
      if (early === undefined) control(message, handle);
      else early.push(() => control(message, handle));
      return;
    case 'close':
      void close(message.grace);
      return;
    case 'call':
    case 'answer':
    case 'fault':
      return calls.hear(message);
    default:
      door.hear(message, handle);
  }
}

async function start(duty: Duty): Promise<void> {
  try {
    await count(duty);
    server = createServer(optionsOf(duty));
    tell({ kind: 'ready' });
    for (const enter of early?.splice(0) ?? []) enter();
    early = undefined;
  } catch (error) {
    tell({ kind: 'failed', because: textOf(error) });
  }
}

/** What counts is loaded where it is asked for. Once there it goes on: counters never go back. */
async function count({ plan }: Duty): Promise<void> {
  if (plan.seeing.metrics.listen === undefined || counting !== undefined) return;
  const { Counting } = await import('../seeing/counting.ts');
  counting = new Counting({ measure: () => server && measuredOf(server) });
}

async function change(duty: Duty): Promise<void> {
  await count(duty);
  await server?.reload(optionsOf(duty));
}

async function shrink(): Promise<void> {
  server?.shrink();
}

function optionsOf({ plan, passivePorts, trace }: Duty): ServerOptions {
  const told = isTold(plan);
  const options = serverOptions(plan, services, {
    log: (event) => {
      counting?.count(event);
      if (told || event.kind === 'bug') tell({ kind: 'event', event });
    },
    trace: trace ? (session) => (event) => tell({ kind: 'trace', session, event }) : undefined,
  });
  return {
    ...options,
    passive: { ...options.passive, ports: passivePorts },
    singlePort: plan.singlePort ? door : false,
    // The first process counts, for it sees all of them.
    maxSessions: undefined,
    maxSessionsPerAddress: undefined,
    listen: [],
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function control(
  { session, implicitTls, refuse, head, ends }: Extract<ToWorker, { readonly kind: 'control' }>,
  handle: unknown,
): void {
  const connection = AcceptedConnection.attach(handle, head, ends);
  const over = () => tell({ kind: 'ended', session });
  if (server === undefined || connection === undefined) {
    connection?.destroy();
    over();
  } else server.take(connection, { implicitTls, session, over, refuse });
}

async function close(grace: number): Promise<void> {
  await server?.close({ grace });
  // What was told before goes out before.
  const last: FromWorker = { kind: 'closed' };
  process.send?.(last, undefined, {}, () => process.exit(0));
}

function tell(message: FromWorker): void {
  if (process.connected) process.send?.(message, undefined, {}, () => undefined);
}
