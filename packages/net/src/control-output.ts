import { limits } from '@duoport/protocol';
import type { ControlConnection } from './control-connection.ts';
import type { ControlTrace } from './control-trace.ts';

/** Bytes of replies that a client may leave unread before its commands are no longer read. */
const unreadReplies = 262_144;

/** The replies of one session on their way out: gathered into few writes, but for those that must stand alone. */
export class ControlOutput {
  readonly #connection: ControlConnection;
  readonly #trace: ControlTrace | undefined;
  #waiting: Uint8Array[] = [];
  #due = false;
  #soon: NodeJS.Immediate | undefined;
  #paused = false;

  constructor(connection: ControlConnection, trace: ControlTrace | undefined) {
    this.#connection = connection;
    this.#trace = trace;
  }

  /** `alone`: a segment of its own, as NAT helpers need it. `soon`: it may wait for what comes in this turn. */
  send(bytes: Uint8Array, { alone, soon }: { readonly alone: boolean; readonly soon?: true }): void {
    if (alone) this.flush();
    this.#waiting.push(bytes);
    if (alone) this.flush();
    else if (soon !== true) this.#due = true;
  }

  /** Nothing more comes for now. */
  settle(): void {
    if (this.#due) this.flush();
    else if (this.#waiting.length > 0) this.#soon ??= setImmediate(() => this.flush());
  }

  flush(): void {
    const [first, second] = this.#waiting;
    if (first === undefined) return;
    const bytes = second === undefined ? first : Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#due = false;
    clearImmediate(this.#soon);
    this.#soon = undefined;
    this.#trace?.server(bytes);
    this.#connection.write(bytes);
  }

  /** A client that sends and never reads, or pipelines without end, is not read from until it has caught up. */
  regulate(backlog: number): void {
    const unread = this.#connection.pendingWrite > unreadReplies;
    const pause = unread || backlog > limits.pipelinedBytes;
    if (pause === this.#paused) return;
    this.#paused = pause;
    if (!pause) return this.#connection.resume();
    this.#connection.pause();
    if (unread) this.#connection.flushed(() => this.regulate(backlog));
  }
}
