import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { AcceptedConnection, SinglePort } from '@duoport/net';
import { DoorKeeper, type HandOver } from './door-keeper.ts';
import type { Duty, FromWorker, ToWorker } from './messages.ts';

/** What the first process learns from one worker. */
export interface WorkerOwner {
  /** Everything but what the door is asked. */
  heard(worker: Worker, message: FromWorker): void;
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
  readonly #child: ChildProcess;
  readonly #keeper: DoorKeeper | undefined;

  constructor(
    number: number,
    duty: Duty,
    { door, owner }: { readonly door: SinglePort | undefined; readonly owner: WorkerOwner },
  ) {
    this.number = number;
    // What a worker prints by itself is a crash.
    this.#child = fork(program, [], { serialization: 'advanced', stdio: ['ignore', 2, 2, 'ipc'] });
    this.#keeper =
      door && new DoorKeeper(door, { tell: (message) => this.tell(message), handOver: this.#handOver });
    this.#child.on('message', (message) => {
      const told = message as FromWorker;
      if ('id' in told) this.#keeper?.hear(told);
      else owner.heard(this, told);
    });
    this.#child.on('error', () => undefined);
    this.#child.once('close', (code, signal) => {
      this.#keeper?.close();
      owner.gone(this, signal ?? `exit code ${code}`);
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

  readonly #handOver: HandOver = (message, connection) => {
    const detached = connection.detach();
    if (detached === undefined || !this.#child.connected) {
      detached?.close();
      return;
    }
    const { handle, head, ends, close } = detached;
    this.#child.send({ ...message, head, ends }, handle as Parameters<ChildProcess['send']>[1], {}, close);
  };
}
