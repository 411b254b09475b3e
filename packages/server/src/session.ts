import {
  type ControlConnection,
  type ControlHandler,
  ControlOutput,
  ControlTrace,
  type TlsSession,
  type Trace,
} from '@duoport/net';
import { isFtpError, type Outcome, type Reply, type Run, reply, ServerMachine } from '@duoport/protocol';
import type { Answer, Change, Context } from './command.ts';
import { outcomeTeller } from './data-outcome.ts';
import { DataSetup, sessionOver } from './data-setup.ts';
import { dispatch } from './dispatch.ts';
import { resolvePath } from './files/paths.ts';
import { type SessionLog, sessionLog } from './log.ts';
import { type LoggedEnd, loggedTransfer } from './logged-transfer.ts';
import { RunningTransfer } from './running-transfer.ts';
import { SessionState } from './session-state.ts';
import type { Settings } from './settings.ts';
import type { TransferPlan } from './transfer.ts';

/** How long a closed session waits for its last reply to be taken before the connection is dropped, in milliseconds. */
const lingering = 5_000;

/**
 * One client: the shell around a ServerMachine. It carries out the machine's effects on the control connection, runs the
 * handlers and the transfer, and keeps what they change. Idle, it holds no buffer and one timer.
 */
export class Session implements ControlHandler {
  readonly peerAddress: string;
  readonly #connection: ControlConnection;
  readonly #settings: Settings;
  readonly #machine: ServerMachine;
  readonly #trace: Trace | undefined;
  readonly #lines: ControlTrace | undefined;
  readonly #output: ControlOutput;
  readonly #ended: (session: Session) => void;
  readonly #data: DataSetup;
  readonly #log: SessionLog;
  readonly #state: SessionState;
  #tls: TlsSession | undefined;
  #transfer: RunningTransfer | undefined;
  /** Of what is done for this session: made anew only when a transfer was aborted. */
  #abort: AbortController | undefined;
  #over = false;
  #timer: NodeJS.Timeout | undefined;
  #gone = false;
  #reason = 'the client closed the control connection';

  constructor(options: {
    readonly id: number;
    readonly connection: ControlConnection;
    readonly tls: TlsSession | undefined;
    readonly settings: Settings;
    readonly ended: (session: Session) => void;
  }) {
    const { id, connection, tls, settings, ended } = options;
    this.#connection = connection;
    this.#settings = settings;
    this.#tls = tls;
    this.#ended = ended;
    const trace = settings.trace?.(id);
    this.#trace = trace;
    this.#lines = trace && new ControlTrace(trace);
    this.#output = new ControlOutput(connection, this.#lines);
    this.#state = new SessionState(settings, tls !== undefined);
    this.#machine = new ServerMachine({
      implicitTls: tls !== undefined,
      idleTimeout: settings.idleTimeout,
      loginTimeout: settings.loginTimeout,
      isAvailable: ({ power }) => power === undefined || this.#state.powers.has(power),
    });
    const { peer, local } = connection;
    this.peerAddress = peer.address;
    this.#log = sessionLog(settings.log, id, peer);
    const outcome = outcomeTeller({ settings, log: this.#log, connection });
    const dataTls = () => (this.#state.parameters.protection === 'private' ? this.#tls : undefined);
    this.#data = new DataSetup({ settings, peer, local, trace, session: this, dataTls, outcome });
  }

  /** Begins to read, and greets a client that has not spoken by then: one turn of the event loop shows whether it has. */
  start(greeting: Reply): void {
    this.#log({ kind: 'connected' });
    this.#connection.observe({ trace: this.#trace, side: 'server' });
    this.#connection.handle(this);
    setImmediate(() =>
      setImmediate(() => {
        this.#machine.greet(greeting, performance.now());
        this.#drain();
      }),
    );
  }

  /** Lets a running command finish, then says goodbye and closes. */
  finish(last: Reply): void {
    this.#machine.finish(last);
    this.#reason = 'the server is shutting down';
    this.#drain();
  }

  /** Ends the session now, whatever it is doing. */
  destroy(reason: string): void {
    this.#reason = reason;
    this.#connection.destroy();
  }

  bytes(chunk: Uint8Array): void {
    this.#lines?.client(chunk);
    this.#machine.receive(chunk, performance.now());
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
    this.#log({ kind: 'closed', reason: this.#reason });
    this.#ended(this);
  }

  /** The machine's law: after every call into it, take until there is none. */
  #drain(): void {
    const machine = this.#machine;
    for (let effect = machine.take(); effect !== undefined; effect = machine.take()) {
      switch (effect.kind) {
        case 'send':
          this.#output.send(effect.bytes, effect);
          break;
        case 'run':
          this.#run(effect.id, effect.run);
          break;
        case 'start-tls':
          this.#output.flush();
          this.#startTls();
          break;
        case 'stop-tls':
          this.#output.flush();
          this.#stopTls();
          break;
        case 'wake':
          this.#wake(effect.at);
          break;
        case 'close':
          this.#close(effect.reason);
          break;
        case 'fail':
          this.destroy(effect.error.message);
          break;
      }
    }
    this.#output.settle();
    this.#output.regulate(machine.backlog);
  }

  #run(id: number, run: Run): void {
    const settle = (answer: Answer) => this.#answer(id, run, answer);
    try {
      const answer = dispatch(this.#context(run), (error) => this.#bug(run, error));
      if (answer instanceof Promise) answer.then(settle).finally(() => this.#drain());
      else settle(answer);
    } catch (error) {
      // A path with NUL in it and the like: what the context itself could not be made from.
      settle(reply(553, error instanceof Error ? error.message.replace(/[\0\r\n]/g, '?') : 'Bad argument'));
    }
  }

  #answer(id: number, run: Run, answer: Answer): void {
    if ('direction' in answer) return this.#startTransfer(id, run, answer);
    const change: Change = 'code' in answer ? { reply: answer } : answer;
    this.#state.apply(change);
    if (change.dropData === true) this.#data.release();
    const { user = '', login, exhausted } = this.#state;
    if (change.refused === true) this.#log({ kind: 'login-refused', user });
    if (change.login && login)
      this.#log({ kind: 'login', user: login.user, secure: this.#connection.secure });
    this.#settle(id, { kind: 'final', reply: change.reply, close: change.refused === true && exhausted });
  }

  #settle(id: number, outcome: Outcome): void {
    this.#machine.settle(id, outcome, performance.now());
  }

  #context(run: Run): Context {
    const { parameters, powers, user, login, files } = this.#state;
    const { peer, local, secure } = this.#connection;
    const controller = () => this.#controller;
    return {
      argument: run.command.argument ?? '',
      path: run.row.path ? resolvePath(parameters.directory, run.command.argument) : parameters.directory,
      run,
      order: this.#machine.order,
      parameters,
      powers,
      user,
      login,
      files,
      peer,
      local,
      secure,
      settings: this.#settings,
      data: this.#data,
      transfer: this.#transfer,
      get signal() {
        return controller().signal;
      },
      now: Date.now(),
    };
  }

  #startTransfer(id: number, run: Run, plan: TransferPlan): void {
    const running = new RunningTransfer(plan, this.#controller);
    this.#transfer = running;
    this.#settle(id, { kind: 'opening' });
    const finished = (end: LoggedEnd) => {
      this.#transfer = undefined;
      running.end();
      this.#settle(id, { kind: 'final', reply: end.reply });
      this.#log({ kind: 'transfer', verb: run.row.verb, path: plan.what, ...end });
      this.#drain();
    };
    loggedTransfer(plan, running, {
      setup: this.#data,
      parameters: this.#state.parameters,
      settings: this.#settings,
      tls: this.#data.tls,
      preliminary: (intro) => {
        this.#settle(id, { kind: 'preliminary', reply: intro });
        this.#drain();
      },
      bug: (error) => this.#bug(run, error),
    }).then(finished);
  }

  #startTls(): void {
    const tls = this.#settings.tls?.session();
    if (tls === undefined) return this.destroy('TLS was asked for without a certificate');
    this.#tls = tls;
    this.#state.startAnew();
    this.#data.release();
    const secured = this.#connection.startTls(tls).then((facts) => {
      this.#log({ kind: 'secured', protocol: facts.protocol });
      this.#machine.secured(performance.now());
    });
    this.#goOn(secured);
  }

  #stopTls(): void {
    this.#goOn(this.#connection.stopTls().then(() => this.#machine.cleared(performance.now())));
  }

  /** The dialogue goes on when TLS is on, or off; where that fails the connection is of no use any more. */
  #goOn(changed: Promise<void>): void {
    changed.then(
      () => this.#drain(),
      (error) => this.destroy(isFtpError(error) ? error.message : String(error)),
    );
  }

  #wake(at: number): void {
    clearTimeout(this.#timer);
    if (this.#gone) return;
    const tick = () => {
      this.#machine.tick(performance.now());
      this.#drain();
    };
    this.#timer = setTimeout(tick, Math.max(1, Math.ceil(at - performance.now())));
  }

  get #controller(): AbortController {
    const old = this.#abort;
    if (old !== undefined && (this.#over || !old.signal.aborted)) return old;
    this.#abort = new AbortController();
    if (this.#over) this.#abort.abort(sessionOver());
    return this.#abort;
  }

  /** RFC 959 §4.1.1: a control connection that closes takes its transfer with it, and all that is done for it. */
  #abandon(): void {
    this.#over = true;
    this.#transfer?.stop();
    this.#abort?.abort(sessionOver());
    this.#data.close();
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

  #bug(run: Run, error: unknown): void {
    this.#log({ kind: 'bug', verb: run.row.verb, error });
  }
}
