import type { TlsFacts, TraceEvent } from '@duoport/net';
import { type Endpoint, type Entry, FtpClosedError, type Reply } from '@duoport/protocol';
import { unlessAborted, within } from './deadline.ts';
import { download } from './download.ts';
import { EntryQueue } from './entry-queue.ts';
import type { FtpClient } from './ftp-client.ts';
import { hash } from './hash.ts';
import { list } from './listing.ts';
import { type LoggedIn, openSession } from './login.ts';
import type {
  CallOptions,
  ConnectOptions,
  Destination,
  GetOptions,
  HashResult,
  ListOptions,
  MakeDirectoryOptions,
  PutOptions,
  Source,
  TransferOptions,
  TransferResult,
} from './options.ts';
import { chmod, makeDirectory, modified, pwd, rename, size, touch } from './paths.ts';
import { rawCommand } from './raw-command.ts';
import type { Session } from './session.ts';
import { resolveSettings } from './settings.ts';
import { stat } from './stat.ts';
import { Transcript } from './transcript.ts';
import { Turnstile } from './turnstile.ts';
import { upload } from './upload.ts';
import { parseFtpUrl, type Target } from './url.ts';

/**
 * Connects, secures the connection, logs in, and goes to the directory that the URL names.
 * `await using ftp = await connect('ftp://user:password@host/dir')`. Rejects with an `AnyFtpError`.
 */
export async function connect(url: string | Target, options: ConnectOptions = {}): Promise<FtpClient> {
  const target = typeof url === 'string' ? parseFtpUrl(url) : url;
  const transcript = new Transcript<TraceEvent>(options.transcriptEvents ?? 1000);
  const settings = resolveSettings(target, options, (event) => {
    transcript.add(event);
    options.trace?.(event);
  });
  const loggedIn = await openSession(settings, options.signal);
  const client = new Client(target, loggedIn, transcript);
  const abort = () => client.destroy(options.signal?.reason);
  options.signal?.addEventListener('abort', abort, { once: true });
  void loggedIn.session.control.gone.then(() => options.signal?.removeEventListener('abort', abort));
  try {
    if (target.path !== '')
      await client.cd(target.path, options.signal === undefined ? {} : { signal: options.signal });
    return client;
  } catch (error) {
    await client.close();
    throw error;
  }
}

class Client implements FtpClient {
  readonly target: Target;
  readonly greeting: Reply;
  readonly #session: Session;
  readonly #transcript: Transcript<TraceEvent>;
  readonly #turnstile = new Turnstile();
  #running: { readonly controller: AbortController; readonly ended: Promise<void> } | undefined;
  #closing: Promise<void> | undefined;

  constructor(target: Target, loggedIn: LoggedIn, transcript: Transcript<TraceEvent>) {
    this.target = target;
    this.greeting = loggedIn.greeting;
    this.#session = loggedIn.session;
    this.#transcript = transcript;
  }

  get peer(): Endpoint {
    return this.#session.peer;
  }

  get tls(): TlsFacts | undefined {
    return this.#session.control.connection.tls;
  }

  get features(): ReadonlyMap<string, readonly string[]> {
    return this.#session.features;
  }

  get transcript(): readonly TraceEvent[] {
    return this.#transcript.toArray();
  }

  get closed(): boolean {
    return this.#closing !== undefined || this.#session.control.lost.aborted;
  }

  async *list(path?: string, options: ListOptions = {}): AsyncIterableIterator<Entry> {
    const queue = new EntryQueue();
    const left = new AbortController();
    const signal = anyOf(options.signal, left.signal);
    const listing = this.#move({ ...options, signal }, (moving) =>
      list(this.#session, { path, queue, options: moving }),
    ).then(
      () => queue.end(),
      (error) => queue.end(error),
    );
    try {
      for (let batch = await queue.take(); batch !== undefined; batch = await queue.take()) yield* batch;
    } finally {
      left.abort();
      await listing;
    }
  }

  stat(path: string, options: CallOptions = {}): Promise<Entry> {
    return this.#move(options, (moving) => stat(this.#session, path, moving));
  }

  size(path: string, options?: CallOptions): Promise<number> {
    return this.#ask(options, () => size(this.#session, path));
  }

  modified(path: string, options?: CallOptions): Promise<number> {
    return this.#ask(options, () => modified(this.#session, path));
  }

  get(path: string, destination: Destination, options: GetOptions = {}): Promise<TransferResult> {
    return this.#move(options, (moving) => download(this.#session, { path, destination, options: moving }));
  }

  put(source: Source, path: string, options: PutOptions = {}): Promise<TransferResult> {
    return this.#move(options, (moving) =>
      upload(this.#session, { verb: 'STOR', path, source, options: moving }),
    );
  }

  append(source: Source, path: string, options: TransferOptions = {}): Promise<TransferResult> {
    return this.#move(options, (moving) =>
      upload(this.#session, { verb: 'APPE', path, source, options: moving }),
    );
  }

  putUnique(source: Source, options: TransferOptions = {}): Promise<TransferResult> {
    const verb = 'STOU';
    return this.#move(options, (moving) =>
      upload(this.#session, { verb, path: undefined, source, options: moving }),
    );
  }

  async abort(): Promise<void> {
    const running = this.#running;
    running?.controller.abort();
    await running?.ended;
  }

  rename(from: string, to: string, options?: CallOptions): Promise<void> {
    return this.#ask(options, () => rename(this.#session, from, to));
  }

  remove(path: string, options?: CallOptions): Promise<void> {
    return this.#ask(options, () => this.#expect('DELE', path));
  }

  makeDirectory(path: string, options?: MakeDirectoryOptions): Promise<string> {
    return this.#ask(options, () => makeDirectory(this.#session, path, options?.parents === true));
  }

  removeDirectory(path: string, options?: CallOptions): Promise<void> {
    return this.#ask(options, () => this.#expect('RMD', path));
  }

  chmod(path: string, mode: number, options?: CallOptions): Promise<void> {
    return this.#ask(options, () => chmod(this.#session, path, mode));
  }

  touch(path: string, at: number, options?: CallOptions): Promise<void> {
    return this.#ask(options, () => touch(this.#session, path, at));
  }

  hash(path: string, options?: CallOptions & { readonly algorithm?: string }): Promise<HashResult> {
    return this.#ask(options, () => hash(this.#session, path, options?.algorithm));
  }

  pwd(options?: CallOptions): Promise<string> {
    return this.#ask(options, () => pwd(this.#session));
  }

  cd(path: string, options?: CallOptions): Promise<void> {
    return this.#ask(options, () => (path === '..' ? this.#expect('CDUP') : this.#expect('CWD', path)));
  }

  command(verb: string, argument?: string, options?: CallOptions): Promise<Reply> {
    return this.#ask(options, () => rawCommand(this.#session, verb, argument));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** At once, whatever runs. */
  destroy(reason: unknown): void {
    this.#session.control.destroy(reason instanceof Error ? reason : new FtpClosedError());
  }

  async #close(): Promise<void> {
    const { control } = this.#session;
    const leave = await this.#turnstile.enter();
    try {
      await within(
        quitTimeout,
        control.call('QUIT'),
        () => new FtpClosedError('The server did not answer QUIT'),
      );
      await within(quitTimeout, control.gone, () => new FtpClosedError('The server did not close its side'));
    } catch (error) {
      control.destroy(error instanceof Error ? error : new FtpClosedError());
    } finally {
      await this.#session.release();
      leave();
    }
  }

  async #expect(verb: string, argument?: string): Promise<void> {
    await this.#session.expect(verb, argument);
  }

  /** Commands: who gives up need not wait for the reply, but the next one in the queue must. */
  async #ask<Result>(options: CallOptions | undefined, work: () => Promise<Result>): Promise<Result> {
    const signal = options?.signal;
    const leave = await this.#enter(signal);
    this.#session.signal = signal;
    const working = work();
    working.then(leave, leave);
    return await unlessAborted(signal, working);
  }

  /** Transfers: who gives up waits for the end of ABOR. */
  async #move<Options extends CallOptions, Result>(
    options: Options,
    work: (options: Options & { readonly signal: AbortSignal }) => Promise<Result>,
  ): Promise<Result> {
    const leave = await this.#enter(options.signal);
    const controller = new AbortController();
    const signal = anyOf(options.signal, controller.signal);
    this.#session.signal = signal;
    const working = work({ ...options, signal });
    const ended = working.then(noValue, noValue);
    this.#running = { controller, ended };
    try {
      return await working;
    } finally {
      this.#running = undefined;
      leave();
    }
  }

  async #enter(signal: AbortSignal | undefined): Promise<() => void> {
    if (this.#closing !== undefined) throw new FtpClosedError('The client was closed');
    return await this.#turnstile.enter(signal);
  }
}

/** Milliseconds for the goodbye, which nobody wants to wait for. */
const quitTimeout = 2_000;

const noValue = () => undefined;

function anyOf(given: AbortSignal | undefined, own: AbortSignal): AbortSignal {
  return given === undefined ? own : AbortSignal.any([given, own]);
}
