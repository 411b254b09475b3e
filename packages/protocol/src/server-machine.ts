import type { Command } from './command.ts';
import type { Outcome, Run, ServerEffect } from './effects.ts';
import { FtpRemoteError } from './errors.ts';
import { type Incoming, understand, wrongArgument } from './incoming.ts';
import { limits } from './limits.ts';
import { LineReader } from './line-reader.ts';
import { advance, notYet, type Order, refusal, startOrder } from './order.ts';
import { encodeReply, type Reply, reply } from './reply.ts';
import type { VerbRow } from './verbs.ts';

/** Times in milliseconds. */
export interface ServerMachineOptions {
  readonly implicitTls?: boolean;
  readonly idleTimeout?: number;
  readonly loginTimeout?: number;
  /** Whether this server can do the verb now. One it cannot do is handed out whatever its turn, to be answered 502. */
  readonly isAvailable?: (row: VerbRow) => boolean;
  /** What becomes of verbs that have no row: 500, or handed out as they came for whoever stands behind. Default `refuse`. */
  readonly unknown?: 'refuse' | 'pass';
}

interface Running {
  readonly id: number;
  readonly row: VerbRow;
  readonly command: Command;
  /** Of a transfer. Replies must come in the order of their commands, so that nothing overtakes a 150 or a 550. */
  progress: 'preparing' | 'opening' | 'moving';
}

type Stage = 'open' | 'securing' | 'closed';

/**
 * The server's protocol interpreter (RFC 959 §2.3) without its sockets: bytes and outcomes in, effects out.
 *
 * One command runs at a time and gets one final reply; what is pipelined behind it waits, in bounded memory. While a
 * transfer runs, verbs whose row says `duringTransfer` run beside it, one at a time. QUIT waits for the transfer's end
 * (RFC 959 §4.1.1).
 */
export class ServerMachine {
  readonly #reader = new LineReader({ limit: limits.lineBytes, telnet: true });
  readonly #options: Required<Omit<ServerMachineOptions, 'implicitTls'>>;
  #effects: ServerEffect[] = [];
  #queue: Incoming[] = [];
  #order: Order;
  #stage: Stage = 'open';
  #running: Running | undefined;
  #overlap: Running | undefined;
  #renameFrom: string | undefined;
  #restart: Run['restart'];
  #lastActivity = 0;
  #loggedOutSince = 0;
  #nextId = 1;
  #ended = false;
  #finish: Reply | undefined;
  #badCommands = 0;

  constructor(options: ServerMachineOptions = {}) {
    this.#order = startOrder(options.implicitTls === true);
    const { idleTimeout, loginTimeout } = limits;
    const defaults = { idleTimeout, loginTimeout, isAvailable: () => true, unknown: 'refuse' } as const;
    this.#options = { ...defaults, ...options };
  }

  /** Where the session stands; read-only view for STAT, policies and tests. */
  get order(): Order {
    return this.#order;
  }

  /** Bytes and commands that wait: a shell that sees this grow stops reading from the socket for a while. */
  get backlog(): number {
    return this.#reader.buffered + this.#queue.length;
  }

  get closed(): boolean {
    return this.#stage === 'closed';
  }

  /** Send the greeting. A client that spoke before it has been dropped by then. */
  greet(greeting: Reply, now: number): void {
    if (this.#stage === 'closed') return;
    this.#send(greeting, false);
    if (greeting.code >= 400) return this.#close(`greeted with ${greeting.code}`);
    this.#order = advance(this.#order, 'CONNECT', greeting.code);
    this.#lastActivity = now;
    this.#loggedOutSince = now;
    this.#effects.push({ kind: 'wake', at: now + this.#options.loginTimeout });
  }

  receive(bytes: Uint8Array, now: number): void {
    if (this.#stage === 'closed') return;
    if (this.#order.login === 'greeting') return this.#close('the client spoke before the greeting');
    this.#lastActivity = now;
    this.#reader.push(bytes);
    this.#proceed();
  }

  /** The client sends no more. What it asked for before is still answered; a running transfer is not waited for. */
  eof(now: number): void {
    this.#lastActivity = now;
    this.#ended = true;
    if (this.#transferRunning) this.#close('the client closed the control connection during a transfer');
    else this.#proceed();
  }

  tick(now: number): void {
    if (this.#stage === 'closed') return;
    if (this.#transferRunning) this.#lastActivity = now;
    const ready = this.#order.login === 'ready';
    const limit = ready ? this.#options.idleTimeout : this.#options.loginTimeout;
    // A NOOP now and then must not hold a session that never logs in.
    const due = (ready ? this.#lastActivity : this.#loggedOutSince) + limit;
    if (now < due || this.#running !== undefined) {
      this.#effects.push({ kind: 'wake', at: Math.max(due, now + 1000) });
      return;
    }
    const seconds = Math.round(limit / 1000);
    const late = ready ? `No command for ${seconds} s` : `Not logged in after ${seconds} s`;
    this.#send(reply(421, `${late}: closing the control connection.`), false);
    this.#close('idle');
  }

  /** The TLS handshake that `start-tls` asked for is done. */
  secured(now: number): void {
    this.#reopen(now);
  }

  /** TLS is off the control connection, as `stop-tls` asked. */
  cleared(now: number): void {
    this.#reopen(now);
  }

  settle(id: number, outcome: Outcome, now: number): void {
    if (this.#stage === 'closed') return;
    const running = this.#running?.id === id ? this.#running : this.#overlap;
    if (running === undefined || running.id !== id) return;
    this.#lastActivity = now;
    if (outcome.kind === 'opening') {
      running.progress = 'opening';
      return this.#proceed();
    }
    if (outcome.kind === 'preliminary') {
      running.progress = 'moving';
      // Whoever uploads waits for it; to a download it is news that may come with the end.
      const soon = running.row.transfer === 'to-client' ? ({ soon: true } as const) : {};
      this.#effects.push({ kind: 'send', bytes: encodeReply(outcome.reply), alone: false, ...soon });
      return this.#proceed();
    }
    this.#send(outcome.reply, running.row.opensData !== 'no');
    if (running === this.#running) this.#running = undefined;
    else this.#overlap = undefined;
    this.#after(running, outcome.reply.code);
    const { code } = outcome.reply;
    if (outcome.close === true || code === 221 || code === 421) this.#close(`${running.row.verb} ${code}`);
    if (this.#stage === 'open') this.#proceed();
  }

  /** Graceful end: let the running command finish, then send this reply (421) and close. */
  finish(last: Reply): void {
    this.#finish = last;
    this.#proceed();
  }

  take(): ServerEffect | undefined {
    return this.#effects.shift();
  }

  get #transferRunning(): boolean {
    return this.#running !== undefined && this.#running.row.transfer !== 'no';
  }

  #reopen(now: number): void {
    if (this.#stage !== 'securing') return;
    this.#stage = 'open';
    this.#lastActivity = now;
    this.#proceed();
  }

  /** Take line after line until something has to be waited for. */
  #proceed(): void {
    while (this.#stage === 'open') {
      if (this.#running === undefined) {
        if (this.#overlap !== undefined) return;
        if (this.#finish !== undefined) return this.#end(this.#finish);
        const item = this.#queue.shift() ?? this.#read();
        if (item === undefined) {
          if (this.#ended) this.#close('the client closed the control connection');
          return;
        }
        this.#start(item);
      } else {
        if (!this.#transferRunning) return;
        const beside = this.#takeBeside(this.#running.progress);
        if (beside !== undefined) this.#start(beside);
        else {
          const item = this.#queue.length < limits.pipelinedCommands ? this.#read() : undefined;
          if (item === undefined) return;
          this.#queue.push(item);
        }
      }
    }
  }

  /** What may run beside the transfer now: the next in line, or an urgent one. */
  #takeBeside(progress: Running['progress']): Incoming | undefined {
    if (this.#overlap !== undefined || progress === 'preparing') return undefined;
    const at = this.#queue.findIndex(
      (item, place) =>
        item.kind === 'command' &&
        item.row.duringTransfer &&
        (place === 0 || item.urgent) &&
        (progress === 'moving' || item.row.verb === 'ABOR'),
    );
    return at === -1 ? undefined : this.#queue.splice(at, 1)[0];
  }

  #read(): Incoming | undefined {
    const event = this.#reader.next();
    if (event === undefined) return undefined;
    const incoming = understand(event, this.#options.unknown);
    if (incoming.kind !== 'foreign') return incoming;
    this.#close(`the client speaks ${incoming.protocol}`, { foreign: incoming.protocol });
    return undefined;
  }

  #start(item: Incoming): void {
    if (item.kind !== 'command') {
      if (item.kind === 'fault') this.#send(item.reply, false);
      this.#badCommands += 1;
      if (this.#badCommands < limits.badCommands) return;
      return this.#end(reply(421, 'Too many bad commands: closing the control connection.'));
    }
    this.#badCommands = 0;
    const { row, command } = item;
    const refused =
      wrongArgument(row, command) ?? (this.#options.isAvailable(row) ? refusal : notYet)(this.#order, row);
    if (refused !== undefined) {
      this.#send(refused, false);
      this.#order = advance(this.#order, row.verb, refused.code, row);
      return;
    }
    const running: Running = { id: this.#nextId++, row, command, progress: 'preparing' };
    if (this.#running === undefined) this.#running = running;
    else this.#overlap = running;
    const run: Run = { row, command, renameFrom: this.#renameFrom, restart: this.#restart };
    this.#effects.push({ kind: 'run', id: running.id, run });
  }

  /** The effects that a final reply has on the order, and on the connection itself. */
  #after({ row, command }: Running, code: number): void {
    const verb = row.verb === 'EPSV' && command.argument?.toUpperCase() === 'ALL' ? 'EPSV ALL' : row.verb;
    const order = advance(this.#order, verb, code, row);
    if (order.rename === 'from' && row.verb === 'RNFR') this.#renameFrom = command.argument;
    if (order.rename === 'none') this.#renameFrom = undefined;
    if (code === 350 && order.restart === 'set' && row.verb !== 'RNFR') {
      this.#restart = { verb: row.verb, argument: command.argument ?? '' };
    }
    if (order.restart === 'none') this.#restart = undefined;
    const tls = order.tls !== this.#order.tls;
    this.#retime(order.login === 'ready');
    this.#order = order;
    if (tls && row.verb === 'AUTH') this.#changeTls('start-tls');
    if (tls && row.verb === 'CCC') this.#changeTls('stop-tls');
  }

  /** Another time limit holds once somebody is logged in, and again when nobody is. */
  #retime(ready: boolean): void {
    if (ready === (this.#order.login === 'ready')) return;
    if (!ready) this.#loggedOutSince = this.#lastActivity;
    const limit = ready ? this.#options.idleTimeout : this.#options.loginTimeout;
    this.#effects.push({ kind: 'wake', at: this.#lastActivity + limit });
  }

  /** RFC 4217 §10 and CVE-2011-0411: what was sent in the old protection must not be read in the new one. */
  #changeTls(kind: 'start-tls' | 'stop-tls'): void {
    if (this.#reader.buffered > 0 || this.#queue.length > 0) {
      const message =
        'The client pipelined bytes behind the command that changes TLS: an injection attempt, or a client that must wait for the reply.';
      this.#stage = 'closed';
      this.#effects.push({ kind: 'fail', error: new FtpRemoteError(message) });
      return;
    }
    this.#stage = 'securing';
    this.#effects.push({ kind });
  }

  #send(answer: Reply, alone: boolean): void {
    this.#effects.push({ kind: 'send', bytes: encodeReply(answer), alone });
  }

  #end(last: Reply): void {
    this.#send(last, false);
    this.#close(`${last.code}`);
  }

  #close(reason: string, more: { readonly foreign?: string } = {}): void {
    if (this.#stage === 'closed') return;
    this.#stage = 'closed';
    this.#effects.push({ kind: 'close', reason, ...more });
  }
}
