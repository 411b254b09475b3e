import { type ClientEffect, ClientMachine, FtpClosedError, type Reply, redact } from '@duoport/protocol';
import type { ControlConnection } from './control-connection.ts';
import { type Deferred, deferred } from './deferred.ts';
import { replyLines } from './reply-lines.ts';
import type { TlsSession } from './tls-session.ts';
import type { TlsFacts } from './tls-settings.ts';
import { emit, type Trace } from './trace.ts';

export interface ClientDialogueOptions {
  /** TLS for AUTH; undefined: none is wanted; `released`: after the 234 the connection is another's, who takes it at once. */
  readonly tls: TlsSession | 'released' | undefined;
  /** Milliseconds to the greeting, and from a command to its reply. Default: limits. */
  readonly greetingTimeout?: number | undefined;
  readonly replyTimeout?: number | undefined;
  readonly trace?: Trace | undefined;
}

/** One command and its replies. */
export interface Exchange {
  readonly id: number;
  readonly verb: string;
  /** The first reply: a preliminary one (1yz), or the final one. */
  readonly first: Promise<Reply>;
  readonly final: Promise<Reply>;
  /** A reply has come, preliminary or final. */
  readonly begun: boolean;
  /** The final reply once it is there. */
  readonly answered: Reply | undefined;
}

interface Pending {
  readonly exchange: { begun: boolean; answered: Reply | undefined };
  readonly first: Deferred<Reply>;
  readonly final: Deferred<Reply>;
}

/**
 * The client's end of a control connection: carries out what the machine says, and hands replies to those who wait for them.
 */
export class ClientDialogue {
  readonly connection: ControlConnection;
  readonly greeting: Promise<Reply>;
  readonly #machine: ClientMachine;
  readonly #trace: Trace | undefined;
  readonly #tls: ClientDialogueOptions['tls'];
  readonly #greeting = deferred<Reply>();
  readonly #gone = deferred<void>();
  readonly #lost = new AbortController();
  readonly #pending = new Map<number, Pending>();
  #secured: Promise<TlsFacts> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isReleased = false;

  constructor(connection: ControlConnection, options: ClientDialogueOptions) {
    const { tls, trace, greetingTimeout, replyTimeout } = options;
    this.connection = connection;
    this.#trace = trace;
    this.#tls = tls;
    this.greeting = this.#greeting.promise;
    this.#machine = new ClientMachine({
      implicitTls: connection.secure,
      ...(greetingTimeout === undefined ? {} : { greetingTimeout }),
      ...(replyTimeout === undefined ? {} : { replyTimeout }),
      now: performance.now(),
    });
    connection.handle({
      bytes: (chunk) => this.#step(() => this.#machine.receive(chunk, performance.now())),
      end: () => this.#step(() => this.#machine.eof(performance.now())),
      closed: (error) => this.#closed(error),
    });
    this.#carryOut();
  }

  /** Fires, with the error as its reason, when the connection can carry no command any more. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** The sockets are gone. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  /**
   * Throws FtpLocalError, with nothing sent, when it cannot be encoded; FtpClosedError when the connection is
   * lost.
   */
  send(verb: string, argument?: string): Exchange {
    if (this.#lost.signal.aborted) throw closedBecause(this.#lost.signal.reason);
    const id = this.#machine.request(verb, argument, performance.now());
    const [first, final] = [deferred<Reply>(), deferred<Reply>()];
    const exchange = {
      id,
      verb,
      first: first.promise,
      final: final.promise,
      begun: false,
      answered: undefined,
    };
    this.#pending.set(id, { exchange, first, final });
    this.#line('client', redact(argument === undefined ? verb : `${verb} ${argument}`));
    this.#carryOut();
    return exchange;
  }

  /** Sends a command and resolves with its final reply, whatever it says. */
  async call(verb: string, argument?: string): Promise<Reply> {
    return await this.send(verb, argument).final;
  }

  /**
   * The data connection of this transfer has ended: the final reply is due within so many ms, or the
   * connection is lost.
   */
  expectFinal(exchange: Exchange, within: number): void {
    this.#step(() => this.#machine.expectFinal(exchange.id, within, performance.now()));
  }

  /** After the 234 to AUTH TLS: resolves when the connection is encrypted. */
  async secured(): Promise<TlsFacts> {
    if (this.#secured === undefined)
      throw new FtpClosedError('TLS was not started on the control connection');
    return await this.#secured;
  }

  /** Drops the connection; what waits is rejected with `error`. */
  destroy(error: Error): void {
    if (this.#lost.signal.aborted) return;
    this.#lose(error);
    this.connection.destroy();
  }

  #step(act: () => void): void {
    act();
    this.#carryOut();
  }

  #carryOut(): void {
    for (let effect = this.#machine.take(); effect !== undefined; effect = this.#machine.take())
      this.#apply(effect);
  }

  #apply(effect: ClientEffect): void {
    switch (effect.kind) {
      case 'send':
        return this.connection.write(effect.bytes);
      case 'greeting':
        this.#lines(effect.reply);
        return this.#greeting.resolve(effect.reply);
      case 'preliminary':
        this.#lines(effect.reply);
        return this.#begin(effect.id, effect.reply);
      case 'reply':
        this.#lines(effect.reply);
        return this.#answer(effect.id, effect.reply);
      case 'start-tls':
        return this.#startTls();
      case 'stop-tls':
        return this.#stopTls();
      case 'wake':
        return this.#wake(effect.at);
      case 'close':
        return this.#close(effect.reason);
      case 'fail':
        return this.destroy(effect.error);
    }
  }

  #begin(id: number, reply: Reply): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    pending.exchange.begun = true;
    pending.first.resolve(reply);
  }

  #answer(id: number, reply: Reply): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    pending.exchange.begun = true;
    pending.exchange.answered = reply;
    pending.first.resolve(reply);
    pending.final.resolve(reply);
  }

  #startTls(): void {
    if (this.#tls === 'released') {
      this.#isReleased = true;
      return clearTimeout(this.#timer);
    }
    if (this.#tls === undefined)
      return this.destroy(new FtpClosedError('The server started TLS that nobody asked for'));
    const done = this.connection.startTls(this.#tls);
    this.#secured = done;
    done.then(
      () => this.#step(() => this.#machine.secured(performance.now())),
      (error) => this.destroy(error),
    );
  }

  #stopTls(): void {
    this.connection.stopTls().then(
      () => this.#step(() => this.#machine.cleared(performance.now())),
      (error) => this.destroy(error),
    );
  }

  #wake(at: number): void {
    clearTimeout(this.#timer);
    if (this.#isReleased) return;
    const delay = Math.max(0, Math.ceil(at - performance.now()));
    this.#timer = setTimeout(() => this.#step(() => this.#machine.tick(performance.now())), delay);
  }

  /** An orderly end: the server has answered QUIT, or said 421. */
  #close(reason: string): void {
    this.#lose(new FtpClosedError(`The control connection is closed: ${reason}`));
    this.connection.end();
    // A server that does not close its side keeps nobody here.
    this.#timer = setTimeout(() => this.connection.destroy(), 1000);
  }

  #closed(error: Error | undefined): void {
    this.#lose(error ?? new FtpClosedError('The control connection was closed'));
    clearTimeout(this.#timer);
    this.#gone.resolve();
  }

  #lose(error: Error): void {
    if (this.#lost.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#lost.abort(error);
    this.#greeting.reject(error);
    for (const { first, final } of this.#pending.values()) {
      first.reject(error);
      final.reject(error);
    }
    this.#pending.clear();
  }

  #lines(reply: Reply): void {
    if (!this.#trace) return;
    for (const line of replyLines(reply)) this.#line('server', line);
  }

  #line(from: 'client' | 'server', text: string): void {
    if (this.#trace) emit(this.#trace, { kind: 'line', from, text });
  }
}

function closedBecause(reason: unknown): FtpClosedError {
  const why = reason instanceof Error ? reason.message : 'it was closed before';
  return new FtpClosedError(`The control connection is closed: ${why}`, { cause: reason });
}
