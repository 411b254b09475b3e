import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type AcceptedConnection, deferred, type SinglePort } from '@duoport/net';
import { sendConnection } from '../restart/send-connection.ts';
import { CallChannel } from './calls.ts';
import { DoorKeeper } from './door-keeper.ts';
import type { Duty, FromDoorKeeper, FromWorker, ToWorker } from './messages.ts';
import type { SharedServices } from './services.ts';
import { remoteWorkerServices, type WorkerServices } from './worker-services.ts';

/** All but calls, and what the door is asked. */
export type Told = Extract<FromWorker, { readonly kind: 'event' | 'trace' | 'ended' }>;

/** What the first process learns from one worker. */
export interface WorkerOwner {
  heard(worker: Worker, message: Told): void;
  /** The process is gone. */
  gone(worker: Worker, because: string): void;
}

const program = fileURLToPath(
  new URL(`./worker-main.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url),
);

/** One process that runs sessions, as the first process sees it. */
export class Worker {
  readonly number: number;
  /** Numbers of the sessions that it runs, with the addresses of their clients. */
  readonly sessions = new Map<number, string>();
  /** What this process may ask of the worker. */
  readonly ask: WorkerServices;
  /** Resolves when it takes sessions; rejects when it cannot. */
  readonly ready: Promise<void>;
  readonly #calls: CallChannel;
  readonly #child: ChildProcess;
  readonly #keeper: DoorKeeper | undefined;

  constructor(
    number: number,
    duty: Duty,
    {
      door,
      services,
      owner,
    }: {
      readonly door: SinglePort | undefined;
      readonly services: SharedServices;
      readonly owner: WorkerOwner;
    },
  ) {
    this.number = number;
    // What a worker prints by itself is a crash.
    this.#child = fork(program, [], { serialization: 'advanced', stdio: ['ignore', 2, 2, 'ipc'] });
    this.#calls = new CallChannel((message) => this.tell(message), services);
    this.ask = remoteWorkerServices(this.#calls);
    this.#keeper =
      door && new DoorKeeper(door, { tell: (message) => this.tell(message), handOver: this.#handOver });
    const { resolve, reject, promise } = deferred<void>();
    this.ready = promise;
    this.#child.on('message', (message) => {
      const told = message as FromWorker;
      if (told.kind === 'ready') resolve();
      else if (told.kind === 'failed') reject(new Error(told.because));
      else if ('call' in told) this.#calls.hear(told);
      else if ('id' in told) this.#keeper?.hear(told);
      else if (told.kind !== 'closed') owner.heard(this, told);
    });
    this.#child.on('error', () => undefined);
    this.#child.once('close', (code, signal) => {
      const because = signal ?? `exit code ${code}`;
      reject(new Error(`A worker did not start: ${because}`));
      this.#calls.close('the worker is gone');
      this.#keeper?.close();
      owner.gone(this, because);
    });
    this.tell({ kind: 'start', duty });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  tell(message: ToWorker): void {
    // A worker that is gone is told of by `gone`.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  /** Gives it a new control connection. */
  control(
    session: number,
    connection: AcceptedConnection,
    how: { readonly implicitTls: boolean; readonly refuse: string | undefined },
  ): void {
    this.sessions.set(session, connection.peer.address);
    this.#handOver({ kind: 'control', session, ...how, head: new Uint8Array(0), ends: {} }, connection);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  readonly #handOver = (
    message: Extract<ToWorker, { readonly head: unknown }> | FromDoorKeeper,
    connection: AcceptedConnection,
  ): void => {
    sendConnection(this.#child.connected ? this.#child : undefined, message, connection);
  };
}
