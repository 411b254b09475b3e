import {
  type ControlConnection,
  type Deferred,
  deferred,
  type TlsFacts,
  type TlsSession,
} from '@duoport/net';
import {
  type ClientEffect,
  ClientMachine,
  encodeCommand,
  FtpRemoteError,
  FtpTimeoutError,
  isFault,
  type Reply,
  ReplyReader,
} from '@duoport/protocol';

/** How a control connection was lost, and at which verb. */
export interface Loss {
  readonly verb: string;
  readonly how: 'hangs' | 'closed' | 'garbage' | 'reset';
  readonly text: string;
}

/** Thrown by whatever needs a control connection that is lost. */
export class DialogueLost extends Error {
  readonly loss: Loss;

  constructor(loss: Loss) {
    super(loss.text);
    this.loss = loss;
  }
}

/** One command under way. */
export interface Exchange {
  readonly id: number;
  readonly verb: string;
  /** The first reply: preliminary, or the final one. */
  readonly first: Promise<Reply>;
  readonly final: Promise<Reply>;
}

interface Pending {
  readonly first: Deferred<Reply>;
  readonly final: Deferred<Reply>;
}

/**
 * One control connection as the doctor needs it: every wait has its own end, and a loss is told with the verb at which it
 * happened. The order of things is the machine's.
 */
export class Dialogue {
  readonly connection: ControlConnection;
  readonly #tls: TlsSession | undefined;
  readonly #machine: ClientMachine;
  readonly #greeting = deferred<Reply>();
  readonly #gone = deferred<void>();
  readonly #pending = new Map<number, Pending>();
  #secured: Promise<TlsFacts> | undefined;
  #verb = 'greeting';
  #loss: Loss | undefined;
  #lossTold = deferred<never>();
  /** First bytes as they came, until there is a greeting. */
  #start: Uint8Array | undefined = new Uint8Array(0);
  /** Takes the reply to a NOOP that stood before a command in the same segment. */
  #prelude: ReplyReader | undefined;

  constructor(connection: ControlConnection, tls: TlsSession | undefined) {
    this.connection = connection;
    this.#tls = tls;
    // Waits end by `within`, not by the machine: what is a long time depends on the budget.
    const replyTimeout = 2 ** 30;
    const implicitTls = connection.secure;
    this.#machine = new ClientMachine({ implicitTls, replyTimeout, greetingTimeout: replyTimeout });
    connection.handle({
      bytes: (chunk) => this.#receive(chunk),
      end: () => this.#step(() => this.#machine.eof(now())),
      closed: (error) => this.#closed(error),
    });
    this.#carryOut();
  }

  get loss(): Loss | undefined {
    return this.#loss;
  }

  /** What came instead of a greeting. */
  get start(): Uint8Array {
    return this.#start ?? new Uint8Array(0);
  }

  greeting(within: number): Promise<Reply> {
    return this.#within(this.#greeting.promise, within);
  }

  /** Sends a command. Throws {@link DialogueLost} when there is nobody to send it to. */
  send(verb: string, argument?: string): Exchange {
    return this.#send(verb, argument);
  }

  /** The same with a NOOP before it in one segment: helpers on the way look at the start of a packet only. */
  sendHidden(verb: string, argument?: string): Exchange {
    this.#prelude = new ReplyReader();
    return this.#send(verb, argument, encodeCommand('NOOP'));
  }

  /** Sends a command and waits for its final reply; a server that does not answer within so many ms is lost. */
  async call(verb: string, argument: string | undefined, within: number): Promise<Reply> {
    return await this.reply(this.send(verb, argument).final, within);
  }

  /** Waits for a reply of an exchange; the connection is lost when it does not come within so many ms. */
  reply(waiting: Promise<Reply>, within: number): Promise<Reply> {
    return this.#within(waiting, within);
  }

  /** After the 234 to AUTH TLS. */
  async secured(within: number): Promise<TlsFacts> {
    if (this.#secured === undefined) throw new DialogueLost(this.#lose('garbage', 'TLS was not started'));
    return await this.#within(this.#secured, within);
  }

  /** Says QUIT when that can be said, and is gone soon after. Never rejects. */
  async close(): Promise<void> {
    if (this.#loss === undefined && this.#pending.size === 0 && !this.#machine.closed) {
      try {
        await this.call('QUIT', undefined, 500);
      } catch {
        // It ends either way.
      }
    }
    this.connection.destroy();
    await this.#gone.promise;
  }

  /** Drops the connection at once. */
  drop(): void {
    this.#lose('closed', 'given up');
  }

  #send(verb: string, argument: string | undefined, before?: Uint8Array): Exchange {
    if (this.#loss !== undefined) throw new DialogueLost(this.#loss);
    const id = this.#machine.request(verb, argument, now());
    this.#verb = verb;
    const pending = { first: deferred<Reply>(), final: deferred<Reply>() };
    this.#pending.set(id, pending);
    this.#carryOut(before);
    return { id, verb, first: pending.first.promise, final: pending.final.promise };
  }

  #receive(chunk: Uint8Array): void {
    if (this.#start !== undefined && this.#start.length < startBytes) {
      this.#start = Uint8Array.from([...this.#start, ...chunk.subarray(0, startBytes - this.#start.length)]);
    }
    let bytes = chunk;
    if (this.#prelude !== undefined) {
      this.#prelude.push(chunk);
      const reply = this.#prelude.next();
      if (reply === undefined) return;
      bytes = isFault(reply) ? chunk : this.#prelude.takeRest();
      this.#prelude = undefined;
    }
    this.#step(() => this.#machine.receive(bytes, now()));
  }

  #step(act: () => void): void {
    act();
    this.#carryOut();
  }

  #carryOut(before?: Uint8Array): void {
    for (let effect = this.#machine.take(); effect !== undefined; effect = this.#machine.take())
      this.#apply(effect, before);
  }

  #apply(effect: ClientEffect, before: Uint8Array | undefined): void {
    switch (effect.kind) {
      case 'send':
        return this.connection.write(before ? Uint8Array.from([...before, ...effect.bytes]) : effect.bytes);
      case 'greeting':
        this.#start = undefined;
        return this.#greeting.resolve(effect.reply);
      case 'preliminary':
        return this.#pending.get(effect.id)?.first.resolve(effect.reply);
      case 'reply':
        this.#pending.get(effect.id)?.first.resolve(effect.reply);
        this.#pending.get(effect.id)?.final.resolve(effect.reply);
        return void this.#pending.delete(effect.id);
      case 'start-tls':
        return this.#startTls();
      case 'close':
        return void this.#lose('closed', effect.reason);
      case 'fail':
        return void this.#lose(howOf(effect.error), effect.error.message);
      case 'stop-tls':
      case 'wake':
        return;
    }
  }

  #startTls(): void {
    if (this.#tls === undefined) return void this.#lose('garbage', 'the server started TLS unasked');
    this.#secured = this.connection.startTls(this.#tls, { timeout: handshakeTimeout });
    this.#secured.then(
      () => this.#step(() => this.#machine.secured(now())),
      (error: Error) => this.#lose('closed', error.message),
    );
  }

  #closed(error: Error | undefined): void {
    const isReset = error !== undefined && /ECONNRESET|EPIPE/.test(`${error.message}${codeOf(error)}`);
    this.#lose(isReset ? 'reset' : 'closed', error?.message ?? 'the server closed the control connection');
    this.#gone.resolve();
  }

  /** The first loss counts. */
  #lose(how: Loss['how'], text: string): Loss {
    if (this.#loss !== undefined) return this.#loss;
    const loss = { verb: this.#verb, how, text };
    this.#loss = loss;
    const error = new DialogueLost(loss);
    this.#greeting.reject(error);
    this.#lossTold.reject(error);
    for (const { first, final } of this.#pending.values()) {
      first.reject(error);
      final.reject(error);
    }
    this.#pending.clear();
    this.connection.destroy();
    return loss;
  }

  #within<Value>(waiting: Promise<Value>, within: number): Promise<Value> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const text = `no answer to ${this.#verb} within ${Math.round(within)} ms`;
        reject(new DialogueLost(this.#lose('hangs', text)));
      }, within);
      Promise.race([waiting, this.#lossTold.promise])
        .then(resolve, reject)
        .finally(() => clearTimeout(timer));
    });
  }
}

const startBytes = 256;
const handshakeTimeout = 8000;

function now(): number {
  return performance.now();
}

function howOf(error: Error): Loss['how'] {
  if (error instanceof FtpRemoteError) return 'garbage';
  return error instanceof FtpTimeoutError ? 'hangs' : 'closed';
}

function codeOf(error: Error): string {
  const cause = error.cause instanceof Error ? error.cause : error;
  return 'code' in cause ? String(cause.code) : '';
}
