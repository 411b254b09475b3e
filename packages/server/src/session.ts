import {
  type ControlConnection,
  ServerDialogue,
  type ServerRole,
  type TlsFacts,
  type TlsSession,
} from '@duoport/net';
import { type Endpoint, type Reply, type Run, reply } from '@duoport/protocol';
import type { Login } from './accounts/accounts.ts';
import { ClosingTime } from './closing-time.ts';
import type { Answer, Change, Context } from './command.ts';
import { outcomeTeller } from './data-outcome.ts';
import { DataSetup, sessionOver } from './data-setup.ts';
import { CommandPace, tooFast } from './defence/command-pace.ts';
import { type Offence, tellOffence } from './defence/offences.ts';
import { dispatch } from './dispatch.ts';
import { resolvePath } from './files/paths.ts';
import { failedHandshake, type SessionLog, securedFacts, sessionLog } from './log.ts';
import { logChange } from './log-change.ts';
import { type LoggedEnd, loggedTransfer } from './logged-transfer.ts';
import { RunningTransfer } from './running-transfer.ts';
import { SessionState } from './session-state.ts';
import { type SessionView, transferView } from './session-view.ts';
import type { Settings } from './settings.ts';
import { throttled } from './throttled.ts';
import type { TransferPlan } from './transfer.ts';

/** One client: runs the handlers and the transfer, and keeps what they change. Idle, it holds no buffer and one timer. */
export class Session implements ServerRole {
  /** In the log. */
  readonly number: number;
  readonly peerAddress: string;
  readonly #connection: ControlConnection;
  readonly #settings: Settings;
  readonly #dialogue: ServerDialogue;
  readonly #ended: (session: Session) => void;
  readonly #data: DataSetup;
  readonly #log: SessionLog;
  readonly #state: SessionState;
  #tls: TlsSession | undefined;
  /** The host that HOST named before AUTH. */
  #asked: string | undefined;
  #transfer: RunningTransfer | undefined;
  /** Of what is done for this session: made anew only when a transfer was aborted. */
  #abort: AbortController | undefined;
  readonly #since = Date.now();
  /** Of the command that came last, or the end of its transfer; milliseconds since the epoch. */
  #active = this.#since;
  /** Of the command that runs. */
  #verb: string | undefined;
  /** Of a user who may be here at certain times only. */
  #closing: ClosingTime | undefined;
  readonly #pace: CommandPace;
  #over = false;

  constructor(options: {
    readonly id: number;
    readonly connection: ControlConnection;
    readonly tls: TlsSession | undefined;
    readonly settings: Settings;
    readonly ended: (session: Session) => void;
  }) {
    const { id, connection, tls, settings, ended } = options;
    this.number = id;
    this.#connection = connection;
    this.#settings = settings;
    this.#tls = tls;
    this.#ended = ended;
    const trace = settings.trace?.(id);
    this.#pace = new CommandPace(settings);
    this.#state = new SessionState(settings, tls !== undefined);
    this.#dialogue = new ServerDialogue({
      connection,
      role: this,
      trace,
      implicitTls: tls !== undefined,
      idleTimeout: settings.idleTimeout,
      loginTimeout: settings.loginTimeout,
      isAvailable: ({ power }) => power === undefined || this.#state.powers.has(power),
    });
    const { peer } = connection;
    this.peerAddress = peer.address;
    this.#log = sessionLog(settings.log, id, peer);
    const outcome = outcomeTeller({ settings, log: this.#log, connection });
    const dataTls = () => (this.#state.parameters.protection === 'private' ? this.#tls : undefined);
    const offended = (offence: Offence, who?: Endpoint) => this.#offend(offence, who);
    this.#data = new DataSetup({
      settings,
      control: connection,
      trace,
      session: this,
      dataTls,
      outcome,
      offended,
    });
  }

  start(greeting: Reply): void {
    this.#log({ kind: 'connected' });
    this.#dialogue.start(greeting);
  }

  /** Lets a running command finish, then says goodbye and closes. */
  finish(last: Reply, because = 'the server is shutting down'): void {
    this.#dialogue.finish(last, because);
  }

  /** The same without the patience: a transfer that runs is broken off. */
  kick(last: Reply): void {
    this.#transfer?.stop();
    this.#abort?.abort(sessionOver());
    this.#dialogue.finish(last, 'an administrator ended it');
  }

  /** What it does now. */
  look(): SessionView {
    const { login } = this.#state;
    const transfer = this.#transfer;
    const busy = transfer !== undefined || this.#verb !== undefined;
    return {
      session: this.number,
      peer: this.#connection.peer,
      user: login?.user,
      secure: this.#connection.secure,
      since: this.#since,
      idle: busy ? 0 : Math.max(0, Date.now() - this.#active),
      command: transfer?.verb ?? this.#verb,
      transfer: transfer && transferView(transfer),
      data: this.#data.look(transfer !== undefined),
      trouble: this.#data.trouble,
    };
  }

  /** Ends the session now, whatever it is doing. */
  destroy(reason: string): void {
    this.#dialogue.destroy(reason);
  }

  run(id: number, run: Run): void {
    const wait = this.#pace.next(run);
    if (wait === 0) return this.#run(id, run);
    if (wait !== undefined) return this.#pace.hold(wait, () => this.#run(id, run));
    this.#offend('flood');
    this.#answer(id, run, tooFast);
  }

  #run(id: number, run: Run): void {
    const settle = (answer: Answer) => this.#answer(id, run, answer);
    this.#verb = run.row.verb;
    try {
      const answer = dispatch(this.#context(run), (error) => this.#bug(run, error));
      if (answer instanceof Promise) answer.then(settle);
      else settle(answer);
    } catch (error) {
      // A path with NUL in it and the like: what the context itself could not be made from.
      settle(reply(553, error instanceof Error ? error.message.replace(/[\0\r\n]/g, '?') : 'Bad argument'));
    }
  }

  startTls(): TlsSession | undefined {
    const { host } = this.#state.parameters;
    this.#asked = host;
    this.#tls = this.#settings.tls?.session(host);
    this.#state.startAnew();
    this.#data.release();
    return this.#tls;
  }

  secured(facts: TlsFacts): void {
    this.#state.chooseHost(this.#hostOf(facts));
    this.#log({ kind: 'secured', ...securedFacts(facts) });
  }

  tlsFailed(error: unknown): void {
    this.#log({ kind: 'tls-failed', ...failedHandshake(error) });
  }

  foreign(): void {
    this.#offend('foreign-protocol');
  }

  over(): void {
    this.#over = true;
    this.#closing?.stop();
    this.#pace.end();
    this.#state.end();
    this.#transfer?.stop();
    this.#abort?.abort(sessionOver());
    this.#data.close();
  }

  gone(reason: string): void {
    this.#log({ kind: 'closed', reason });
    this.#ended(this);
  }

  /**
   * HOST before AUTH chooses the certificate (RFC 7151). It was said in the clear, so it holds under TLS only where the certificate
   * stands for it, and the client has not asked for another host in the handshake.
   */
  #hostOf({ serverName }: TlsFacts): string | undefined {
    const asked = this.#asked;
    if (asked === undefined || this.#settings.tls?.covers(asked) !== true) return undefined;
    return serverName === undefined || serverName === asked ? asked : undefined;
  }

  #answer(id: number, run: Run, answer: Answer): void {
    this.#verb = undefined;
    if ('direction' in answer) return this.#startTransfer(id, run, answer);
    const change: Change = 'code' in answer ? { reply: answer } : answer;
    this.#state.apply(change);
    if (change.login !== undefined) this.#pace.change(change.login !== null);
    if (change.dropData === true) this.#data.release();
    const { login, exhausted } = this.#state;
    if (change.login !== undefined) this.#timed(login);
    logChange(this.#log, change, { state: this.#state, secure: this.#connection.secure });
    this.#dialogue.settle(id, {
      kind: 'final',
      reply: change.reply,
      close: change.unavailable !== undefined || (change.refused !== undefined && exhausted),
    });
  }

  #timed(login: Login | undefined): void {
    this.#closing?.stop();
    this.#closing = undefined;
    if (login?.times === undefined || this.#over) return;
    const last = reply(421, 'The time in which this account may be used is over.');
    this.#closing = new ClosingTime(login.times, () => this.finish(last, 'the time of the account is over'));
  }

  #context(run: Run): Context {
    const { parameters, powers, user, login, files } = this.#state;
    const { peer, secure, tls } = this.#connection;
    const now = Date.now();
    this.#active = now;
    return {
      argument: run.command.argument ?? '',
      path: run.row.path ? resolvePath(parameters.directory, run.command.argument) : parameters.directory,
      run,
      order: this.#dialogue.order,
      parameters,
      powers,
      user,
      login,
      files,
      session: this.number,
      peer,
      secure,
      tls,
      settings: this.#settings,
      data: this.#data,
      transfer: this.#transfer,
      signal: this.#signal,
      now,
    };
  }

  #startTransfer(id: number, run: Run, plan: TransferPlan): void {
    const running = new RunningTransfer(run.row.verb, plan, this.#controller);
    this.#transfer = running;
    this.#dialogue.settle(id, { kind: 'opening' });
    const finished = (end: LoggedEnd) => {
      this.#transfer = undefined;
      this.#active = Date.now();
      running.end();
      this.#dialogue.settle(id, { kind: 'final', reply: end.reply });
      this.#log({ kind: 'transfer', verb: run.row.verb, path: plan.what, ...end });
    };
    loggedTransfer(throttled(plan, this.#state.seat, running.signal), running, {
      setup: this.#data,
      parameters: this.#state.parameters,
      settings: this.#settings,
      tls: this.#data.tls,
      preliminary: (intro) => this.#dialogue.settle(id, { kind: 'preliminary', reply: intro }),
      bug: (error) => this.#bug(run, error),
    }).then(finished);
  }

  readonly #signal = (): AbortSignal => this.#controller.signal;

  get #controller(): AbortController {
    const old = this.#abort;
    if (old !== undefined && (this.#over || !old.signal.aborted)) return old;
    this.#abort = new AbortController();
    if (this.#over) this.#abort.abort(sessionOver());
    return this.#abort;
  }

  /** `who`: another than the client. */
  #offend(offence: Offence, who?: Endpoint): void {
    tellOffence(this.#settings, { session: this.number, peer: who ?? this.#connection.peer, offence });
  }

  #bug(run: Run, error: unknown): void {
    this.#log({ kind: 'bug', verb: run.row.verb, error });
  }
}
