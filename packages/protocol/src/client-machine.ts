import { encodeCommand } from './command.ts';
import type { ClientEffect } from './effects.ts';
import {
  type AnyFtpError,
  FtpClosedError,
  FtpLocalError,
  FtpRemoteError,
  FtpTimeoutError,
  type Phase,
} from './errors.ts';
import { limits } from './limits.ts';
import { advance, type Order, refusal, startOrder } from './order.ts';
import type { Reply } from './reply.ts';
import { ReplyReader } from './reply-reader.ts';
import { findVerb, type VerbRow } from './verbs.ts';

/** Times in milliseconds. */
export interface ClientMachineOptions {
  readonly implicitTls?: boolean;
  /** From the connection to the 220. */
  readonly greetingTimeout?: number;
  /** From a command to its next reply; a transfer's final reply has its own, see `expectFinal`. */
  readonly replyTimeout?: number;
  readonly now?: number;
}

interface Pending {
  readonly id: number;
  readonly row: VerbRow | undefined;
  readonly verb: string;
  readonly argument: string | undefined;
  /** After a 1yz of a transfer the data connection sets the pace: no deadline until `expectFinal`. */
  deadline: number | undefined;
  /** How long the wait for that deadline is, for the message. */
  budget: number;
  phase: Phase;
}

/** Codes that can end a transfer (RFC 959 §5.4). Another code that comes in the middle of one answers a command beside it. */
const transferEnds: ReadonlySet<number> = new Set([
  226, 250, 421, 425, 426, 450, 451, 452, 501, 522, 532, 534, 535, 550, 551, 552, 553, 554,
]);

/**
 * The user's protocol interpreter (RFC 959 §2.3) without its sockets: requests and bytes in, effects out.
 *
 * One command is outstanding at a time; beside a transfer, verbs whose row says `duringTransfer` may be sent. Faults of
 * the server never throw: they come out as `fail`, after which the machine is closed. Only `request` throws, and then
 * nothing was sent.
 */
export class ClientMachine {
  readonly #reader = new ReplyReader();
  readonly #replyTimeout: number;
  #effects: ClientEffect[] = [];
  #pending: Pending[] = [];
  #order: Order;
  /** The last final reply that came while an ABOR was outstanding. */
  #lastEnd: Reply | undefined;
  #stage: 'greeting' | 'open' | 'securing' | 'closed' = 'greeting';
  readonly #greetingTimeout: number;
  readonly #greetingDeadline: number;
  #nextId = 1;

  constructor(options: ClientMachineOptions = {}) {
    this.#order = startOrder(options.implicitTls === true);
    this.#replyTimeout = options.replyTimeout ?? limits.replyTimeout;
    this.#greetingTimeout = options.greetingTimeout ?? limits.greetingTimeout;
    this.#greetingDeadline = (options.now ?? 0) + this.#greetingTimeout;
    this.#effects.push({ kind: 'wake', at: this.#greetingDeadline });
  }

  get order(): Order {
    return this.#order;
  }

  get closed(): boolean {
    return this.#stage === 'closed';
  }

  /**
   * Send a command; its replies come out as effects that carry the id returned here.
   * @throws FtpLocalError where the order forbids the command now or it cannot be encoded; nothing was sent.
   */
  request(verb: string, argument: string | undefined, now: number): number {
    const bytes = encodeCommand(verb, argument);
    const row = rowOf(verb, argument);
    this.#mayRequest(verb.toUpperCase(), row);
    const id = this.#nextId++;
    const deadline = now + this.#replyTimeout;
    this.#pending.push({
      id,
      row,
      verb: verb.toUpperCase(),
      argument,
      deadline,
      budget: this.#replyTimeout,
      phase: 'command',
    });
    this.#effects.push({ kind: 'send', bytes, alone: row !== undefined && row.opensData !== 'no' });
    this.#wake();
    return id;
  }

  /** The data connection of transfer `id` has ended: from now on its final reply is due within `within` ms. */
  expectFinal(id: number, within: number, now: number): void {
    const pending = this.#pending.find((each) => each.id === id);
    if (pending === undefined) return;
    pending.deadline = now + within;
    pending.budget = within;
    pending.phase = 'final-reply';
    this.#wake();
  }

  receive(bytes: Uint8Array, now: number): void {
    if (this.#stage === 'closed') return;
    this.#reader.push(bytes);
    while (!this.closed && this.#stage !== 'securing') {
      const next = this.#reader.next();
      if (next === undefined) return;
      if ('fault' in next) return this.#fail(new FtpRemoteError(next.fault));
      this.#take(next, now);
    }
    if (this.#stage === 'securing' && this.#reader.buffered > 0) this.#injected();
  }

  eof(_now: number): void {
    if (this.#stage === 'closed') return;
    const waiting = this.#pending[0]?.verb ?? (this.#stage === 'greeting' ? 'the greeting' : undefined);
    if (waiting === undefined || waiting === 'QUIT')
      return this.#close('the server closed the control connection');
    const message = `The server closed the control connection while ${waiting} waited for its reply.`;
    this.#fail(new FtpClosedError(message));
  }

  tick(now: number): void {
    if (this.#stage === 'closed') return;
    if (this.#stage === 'greeting') return this.#greetingTick(now);
    const late = this.#pending.find((each) => each.deadline !== undefined && now >= each.deadline);
    if (late === undefined) return this.#wake();
    const message = `No reply to ${late.verb} within ${late.budget / 1000} s; the control connection may be dead.`;
    this.#fail(new FtpTimeoutError(message, { channel: 'control', phase: late.phase, after: late.budget }));
  }

  /** The TLS handshake that `start-tls` asked for is done. */
  secured(_now: number): void {
    if (this.#stage === 'securing') this.#stage = 'open';
  }

  /** TLS is off the control connection, as `stop-tls` asked. */
  cleared(_now: number): void {
    if (this.#stage === 'securing') this.#stage = 'open';
  }

  take(): ClientEffect | undefined {
    return this.#effects.shift();
  }

  #mayRequest(verb: string, row: VerbRow | undefined): void {
    const refuse = (why: string): never => {
      throw new FtpLocalError(`${verb} was not sent: ${why}`);
    };
    if (this.#stage === 'closed') refuse('the control connection is closed.');
    if (this.#stage === 'greeting') refuse('the server has not greeted yet.');
    if (this.#stage === 'securing') refuse('the TLS handshake is still going on.');
    const head = this.#pending[0];
    if (head !== undefined) {
      const beside =
        head.row?.transfer !== 'no' && row?.duringTransfer === true && this.#pending.length === 1;
      const fence = verb === 'NOOP' && this.#pending.at(-1)?.verb === 'ABOR';
      if (!beside && !fence) refuse(`${head.verb} still waits for its reply.`);
    }
    // What needs a login is the server's to refuse; the rest of the order would be our own fault.
    const refused = row && refusal({ ...this.#order, login: 'ready' }, { ...row, needs: 'nothing' });
    if (refused !== undefined && row?.verb !== 'PASS' && row?.verb !== 'ACCT')
      refuse(refused.lines.join(' '));
  }

  #take(next: Reply, now: number): void {
    if (this.#stage === 'greeting') return this.#greet(next);
    if (this.#isBehindAbort(next)) this.#settleBefore();
    const pending = this.#answered(next);
    if (pending === undefined) return this.#unasked(next);
    if (next.code < 200) {
      const transfers = pending.row === undefined || pending.row.transfer !== 'no';
      if (pending.phase === 'command') pending.deadline = transfers ? undefined : now + this.#replyTimeout;
      this.#effects.push({ kind: 'preliminary', id: pending.id, reply: next });
      return;
    }
    this.#pending = this.#pending.filter((each) => each !== pending);
    this.#lastEnd = this.#pending.some((each) => each.verb === 'ABOR') ? next : undefined;
    const verb =
      pending.verb === 'EPSV' && pending.argument?.toUpperCase() === 'ALL' ? 'EPSV ALL' : pending.verb;
    const before = this.#order.tls;
    this.#order = advance(this.#order, verb, next.code, pending.row);
    this.#effects.push({ kind: 'reply', id: pending.id, reply: next });
    if (this.#order.tls !== before && verb === 'AUTH') this.#changeTls('start-tls');
    if (this.#order.tls !== before && verb === 'CCC') this.#changeTls('stop-tls');
    if (next.code === 421) this.#close('the server closed the control connection with 421');
    if (verb === 'QUIT') this.#close('QUIT');
    this.#wake();
  }

  /**
   * Some servers answer a transfer and its ABOR with one reply, others with two or three. A NOOP sent behind the ABOR is a
   * fence: when its 200 comes, whatever still waits in front of it has been answered already.
   */
  #isBehindAbort({ code }: Reply): boolean {
    const fenced = this.#pending.length > 1 && this.#pending.at(-1)?.verb === 'NOOP';
    return fenced && this.#lastEnd !== undefined && code >= 200 && code !== 225 && !transferEnds.has(code);
  }

  #settleBefore(): void {
    const reply = this.#lastEnd;
    if (reply === undefined) return;
    for (const { id } of this.#pending.splice(0, this.#pending.length - 1)) {
      this.#effects.push({ kind: 'reply', id, reply });
    }
    this.#lastEnd = undefined;
  }

  /** RFC 959 §5.4: 120 may come before the 220. */
  #greet(greeting: Reply): void {
    if (greeting.code < 200) return;
    this.#stage = 'open';
    this.#order = advance(this.#order, 'CONNECT', greeting.code);
    this.#effects.push({ kind: 'greeting', reply: greeting });
    if (greeting.code >= 400) this.#close(`the server greeted with ${greeting.code}`);
  }

  /** Which of the outstanding commands this reply is for: they are answered in order, but for those sent beside a transfer. */
  #answered(next: Reply): Pending | undefined {
    const [head, beside] = this.#pending;
    if (head === undefined || beside === undefined) return head;
    if (next.code < 200 || transferEnds.has(next.code)) return head;
    return beside;
  }

  /** Some servers answer ABOR once more than they should; a 421 may come at any time. */
  #unasked(next: Reply): void {
    if (next.code === 421) {
      const message = `The server closed the control connection: 421 ${next.lines.join(' ')}`;
      this.#fail(new FtpClosedError(message));
    }
  }

  #changeTls(kind: 'start-tls' | 'stop-tls'): void {
    this.#stage = 'securing';
    this.#effects.push({ kind });
  }

  /** RFC 4217 §10: what came in the clear must not be taken for what came under TLS. */
  #injected(): void {
    const message =
      'The server sent more behind its reply to the command that changes TLS: somebody on the way injects replies.';
    this.#fail(new FtpRemoteError(message));
  }

  #greetingTick(now: number): void {
    const after = this.#greetingTimeout;
    if (now < this.#greetingDeadline)
      return void this.#effects.push({ kind: 'wake', at: this.#greetingDeadline });
    const message = `The server did not greet within ${after / 1000} s; is it an FTP server, or one that wants TLS from the first byte?`;
    this.#fail(new FtpTimeoutError(message, { channel: 'control', phase: 'greeting', after }));
  }

  #wake(): void {
    const deadlines = this.#pending.flatMap((each) => each.deadline ?? []);
    if (deadlines.length > 0) this.#effects.push({ kind: 'wake', at: Math.min(...deadlines) });
  }

  #fail(error: AnyFtpError): void {
    this.#stage = 'closed';
    this.#effects.push({ kind: 'fail', error });
  }

  #close(reason: string): void {
    if (this.#stage === 'closed') return;
    this.#stage = 'closed';
    this.#effects.push({ kind: 'close', reason });
  }
}

/** The row of `SITE CHMOD …` is that of its two words. */
function rowOf(verb: string, argument: string | undefined): VerbRow | undefined {
  const word = argument?.split(' ', 1)[0]?.toUpperCase();
  return (word && findVerb(`${verb.toUpperCase()} ${word}`)) || findVerb(verb);
}
