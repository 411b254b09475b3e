import {
  isFtpError,
  type Order,
  type Outcome,
  type Reply,
  type Run,
  ServerMachine,
  type ServerMachineOptions,
} from '@duoport/protocol';
import type { ControlConnection, ControlHandler } from './control-connection.ts';
import { ControlOutput } from './control-output.ts';
import { ControlTrace } from './control-trace.ts';
import type { TlsSession } from './tls-session.ts';
import type { TlsFacts } from './tls-settings.ts';
import type { Trace } from './trace.ts';
import { wakefulness } from './wakefulness.ts';

/** Who answers a client: a server's session, or a gateway's. */
export interface ServerRole {
  /** Carry out a command, then `settle` it. */
  run(id: number, run: Run): void;
  /**
   * TLS for the control connection: AUTH was accepted. Undefined ends the session; `released`: the role has taken the connection
   * itself, and this dialogue is over without a word.
   */
  startTls(): TlsSession | 'released' | undefined;
  secured(facts: TlsFacts): void;
  /** The handshake that `startTls` began came to nothing; the connection is being closed. */
  tlsFailed?(error: unknown): void;
  /** No command will be settled any more: whatever runs may stop. Called once, the last reply may still be on its way. */
  over(): void;
  /** The client speaks this protocol, not FTP, and is dropped. */
  foreign?(protocol: string): void;
  /** The control connection is gone. Called once, last. */
  gone(reason: string): void;
}

export interface ServerDialogueOptions extends ServerMachineOptions {
  readonly connection: ControlConnection;
  readonly role: ServerRole;
  readonly trace: Trace | undefined;
}

/** How long a closed session waits for its last reply to be taken before the connection is dropped, in milliseconds. */
const lingering = 5_000;

/** The server's end of a control connection: carries out what the machine says, and hands commands to whoever answers them. */
export class ServerDialogue implements ControlHandler {
  readonly #connection: ControlConnection;
  readonly #role: ServerRole;
  readonly #machine: ServerMachine;
  readonly #lines: ControlTrace | undefined;
  readonly #output: ControlOutput;
  #timer: NodeJS.Timeout | undefined;
  /** When the timer goes off. */
  #wakes = Number.POSITIVE_INFINITY;
  #draining = false;
  #over = false;
  #gone = false;
  #reason = 'the client closed the control connection';

  constructor({ connection, role, trace, ...machine }: ServerDialogueOptions) {
    this.#connection = connection;
    this.#role = role;
    this.#machine = new ServerMachine(machine);
    this.#lines = trace && new ControlTrace(trace);
    this.#output = new ControlOutput(connection, this.#lines);
    connection.observe({ trace, side: 'server' });
  }

  /** Where the session stands. */
  get order(): Order {
    return this.#machine.order;
  }

  /** Begins to read, and greets a client that has not spoken by then: one turn of the event loop shows whether it has. */
  start(greeting: Reply): void {
    this.#connection.handle(this);
    setImmediate(() =>
      setImmediate(() => {
        this.#machine.greet(greeting, performance.now());
        this.#drain();
      }),
    );
  }

  settle(id: number, outcome: Outcome): void {
    this.#machine.settle(id, outcome, performance.now());
    this.#drain();
  }

  /** Lets a running command finish, then says goodbye and closes. */
  finish(last: Reply, reason: string): void {
    this.#reason = reason;
    this.#machine.finish(last);
    this.#drain();
  }

  /** Ends the session now, whatever it is doing. */
  destroy(reason: string): void {
    this.#reason = reason;
    this.#connection.destroy();
  }

  bytes(chunk: Uint8Array): void {
    const now = performance.now();
    wakefulness?.came(now);
    this.#lines?.client(chunk);
    this.#machine.receive(chunk, now);
    this.#drain();
  }

  end(): void {
    this.#machine.eof(performance.now());
    this.#drain();
  }

  closed(error?: Error): void {
    if (this.#gone) return;
    this.#gone = true;
    if (error !== undefined) this.#reason = error.message;
    clearTimeout(this.#timer);
    this.#abandon();
    this.#role.gone(this.#reason);
  }

  /** The machine's law: after every call into it, take until there is none. */
  #drain(): void {
    // A command that is settled while it is handed out: the loop below goes on with what came of it.
    if (this.#draining) return;
    this.#draining = true;
    const machine = this.#machine;
    for (let effect = machine.take(); effect !== undefined; effect = machine.take()) {
      switch (effect.kind) {
        case 'send':
          this.#output.send(effect.bytes, effect);
          break;
        case 'run':
          this.#role.run(effect.id, effect.run);
          break;
        case 'start-tls':
          this.#output.flush();
          this.#startTls();
          break;
        case 'stop-tls':
          this.#output.flush();
          this.#goOn(this.#connection.stopTls().then(() => machine.cleared(performance.now())));
          break;
        case 'wake':
          this.#wake(effect.at);
          break;
        case 'close':
          if (effect.foreign !== undefined) this.#role.foreign?.(effect.foreign);
          this.#close(effect.reason);
          break;
        case 'fail':
          this.destroy(effect.error.message);
          break;
      }
    }
    this.#draining = false;
    this.#output.settle();
    this.#output.regulate(machine.backlog);
  }

  #startTls(): void {
    const tls = this.#role.startTls();
    if (tls === 'released') {
      this.#gone = true;
      clearTimeout(this.#timer);
      return;
    }
    if (tls === undefined) return this.destroy('TLS was asked for without a certificate');
    const secured = this.#connection.startTls(tls).then(
      (facts) => {
        this.#role.secured(facts);
        this.#machine.secured(performance.now());
      },
      (error: unknown) => {
        this.#role.tlsFailed?.(error);
        throw error;
      },
    );
    this.#goOn(secured);
  }

  /** The dialogue goes on when TLS is on, or off; where that fails the connection is of no use any more. */
  #goOn(changed: Promise<void>): void {
    changed.then(
      () => this.#drain(),
      (error) => this.destroy(isFtpError(error) ? error.message : String(error)),
    );
  }

  /** A timer that goes off too early does no harm: the machine says then how long it still is. */
  #wake(at: number): void {
    if (this.#gone || this.#wakes <= at) return;
    clearTimeout(this.#timer);
    this.#wakes = at;
    const tick = () => {
      this.#wakes = Number.POSITIVE_INFINITY;
      this.#machine.tick(performance.now());
      this.#drain();
    };
    this.#timer = setTimeout(tick, Math.max(1, Math.ceil(at - performance.now())));
  }

  /** RFC 959 §4.1.1: a control connection that closes takes its transfer with it, and all that is done for it. */
  #abandon(): void {
    if (this.#over) return;
    this.#over = true;
    this.#role.over();
  }

  #close(reason: string): void {
    this.#reason = reason;
    this.#abandon();
    this.#output.flush();
    this.#connection.end();
    clearTimeout(this.#timer);
    if (this.#gone) return;
    this.#timer = setTimeout(() => this.#connection.destroy(), lingering);
  }
}
