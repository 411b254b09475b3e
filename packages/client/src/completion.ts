import type { DataConnection, Exchange, TransferCount } from '@duoport/net';
import {
  FtpClosedError,
  FtpTimeoutError,
  FtpTransferError,
  isCompletion,
  isFtpError,
  type Reply,
} from '@duoport/protocol';
import { settledWithin, Watchdog, within } from './deadline.ts';
import type { Session } from './session.ts';
import type { Job } from './transfer.ts';

interface Running {
  readonly exchange: Exchange;
  readonly data: DataConnection;
  readonly agreed: Reply;
  readonly job: Job;
}

interface Completed {
  readonly count: TransferCount;
  readonly reply: Reply;
}

type Moved = { readonly count: TransferCount } | { readonly failure: unknown };
type Final = { readonly reply: Reply } | { readonly failure: unknown };

/**
 * Moves the bytes and waits for the end. A transfer is complete when two things have happened, in whichever
 * order: the data connection was closed in an orderly way, and the server said 2yz. Each has a time budget of
 * its own from the moment when the other one has happened. Whatever happens, the control connection is in
 * step afterwards, or closed.
 */
export async function complete(session: Session, running: Running): Promise<Completed> {
  return await new Completion(session, running).run();
}

class Completion {
  readonly #session: Session;
  readonly #running: Running;
  readonly #ending: Watchdog;
  #bytes = 0;
  /** Why we dropped the data connection, when we did. */
  #cutBecause: unknown;
  #aborting: Promise<void> | undefined;

  constructor(session: Session, running: Running) {
    this.#session = session;
    this.#running = running;
    const { dataEnd } = session.settings.timeouts;
    this.#ending = new Watchdog(dataEnd, () => this.#cut(dataEndLate(dataEnd, running.job, this.#bytes)));
  }

  async run(): Promise<Completed> {
    const { exchange, job } = this.#running;
    const abort = () => {
      this.#aborting = abortTransfer(this.#session, exchange, () => this.#cut(job.signal?.reason));
    };
    job.signal?.addEventListener('abort', abort, { once: true });
    if (job.signal?.aborted) abort();
    try {
      const answering = this.#answer();
      const moved = await this.#move();
      this.#ending.stop();
      if ('count' in moved) {
        this.#session.control.expectFinal(exchange, this.#session.settings.timeouts.finalReply);
      } else if (this.#aborting === undefined) {
        await this.#tellServer(moved.failure);
      }
      const final = await answering;
      await this.#aborting;
      if (this.#aborting !== undefined) throw job.signal?.reason;
      const done = 'count' in moved && 'reply' in final && isCompletion(final.reply);
      if (!done) throw failed(this.#running, moved, final, this.#bytes);
      return { count: moved.count, reply: final.reply };
    } finally {
      job.signal?.removeEventListener('abort', abort);
    }
  }

  #move(): Promise<Moved> {
    const { data, agreed, job } = this.#running;
    const alive = (bytes: number) => {
      this.#bytes = bytes;
      this.#ending.alive();
    };
    return job.pump(data, agreed, alive).then(
      (count): Moved => ({ count }),
      (failure: unknown): Moved => ({ failure: this.#cutBecause ?? failure }),
    );
  }

  /**
   * The server's last word may come while bytes are still on their way, but not much before the end of the
   * data.
   */
  async #answer(): Promise<Final> {
    const { exchange, data } = this.#running;
    try {
      const reply = await exchange.final;
      if (isCompletion(reply)) this.#ending.start();
      else data.destroy();
      return { reply };
    } catch (failure) {
      data.destroy();
      return { failure };
    }
  }

  #cut(reason: unknown): void {
    this.#cutBecause ??= reason;
    this.#running.data.destroy();
  }

  /**
   * The bytes stopped. Where the connection broke under them the server has noticed too and says so in a
   * moment; where the fault is ours it must be told.
   */
  async #tellServer(failure: unknown): Promise<void> {
    const { exchange, data } = this.#running;
    if (isFtpError(failure) && failure.code === 'FTP_TRANSFER') {
      const { dataEnd } = this.#session.settings.timeouts;
      const told = within(dataEnd, exchange.final, () => new FtpClosedError());
      await told.catch(() => undefined);
    }
    await abortTransfer(this.#session, exchange, () => data.destroy());
  }
}

/**
 * RFC 959 §4.1.3, ABOR: the server answers the transfer (426, or 226 when it was done already) and then ABOR
 * itself (226, 225). Some answer both with one reply: then a NOOP behind them is the fence, see `ClientMachine`. It is
 * sent only when the transfer has been answered: Pure-FTPd throws away what it reads together with an ABOR.
 * `drop` drops the data connection: many servers read no command while they wait for data. When the replies have
 * not come in time the control connection is closed, because nobody could tell what the next one is for.
 */
export async function abortTransfer(session: Session, exchange: Exchange, drop: () => void): Promise<void> {
  const { control, settings } = session;
  if (exchange.answered !== undefined || control.lost.aborted) return drop();
  const late = () =>
    new FtpClosedError(
      `${exchange.verb} was aborted and the server did not answer ABOR; the connection is closed`,
    );
  try {
    const abor = control.send('ABOR');
    drop();
    await within(settings.timeouts.abort, exchange.final, late);
    if (await settledWithin(fenceDelay, abor.final)) return;
    const noop = control.send('NOOP');
    await within(settings.timeouts.abort, Promise.all([abor.final, noop.final]), late);
  } catch (error) {
    control.destroy(asError(error));
  }
}

/** Milliseconds for the second reply of a server that sends two. */
const fenceDelay = 250;

function failed(running: Running, moved: Moved, final: Final, bytes: number): Error {
  const { job } = running;
  const what = `${job.verb}${job.argument === undefined ? '' : ` ${job.argument}`}`;
  const base = { direction: job.direction, bytes, resumable: job.verb === 'RETR' || job.verb === 'STOR' };
  // Our own fault (the disk is full, the stream was closed) comes first: the server's 426 is only its echo.
  if ('failure' in moved && !isEcho(moved.failure)) {
    const cause = asError(moved.failure);
    if (isFtpError(cause)) return cause;
    return new FtpTransferError(`${what}: stopped after ${bytes} bytes: ${cause.message}`, {
      ...base,
      cause,
    });
  }
  if ('reply' in final && !isCompletion(final.reply)) {
    const said = `${final.reply.code} ${final.reply.lines.join(' ')}`;
    return new FtpTransferError(`${what}: the server broke off after ${bytes} bytes: ${said}`, {
      ...base,
      cause: final.reply,
    });
  }
  if ('failure' in final) return lostReply(what, base, 'count' in moved, final.failure);
  const cause = 'failure' in moved ? moved.failure : undefined;
  const why = cause instanceof Error ? cause.message : 'the data connection broke';
  return new FtpTransferError(`${what}: incomplete after ${bytes} bytes: ${why}`, { ...base, cause });
}

/** What the connection reports when it was dropped or reset says less than the server's own words. */
function isEcho(failure: unknown): boolean {
  return isFtpError(failure) && failure.code === 'FTP_TRANSFER';
}

function lostReply(
  what: string,
  base: { readonly direction: 'send' | 'receive'; readonly bytes: number; readonly resumable: boolean },
  whole: boolean,
  cause: unknown,
): Error {
  const why = cause instanceof Error ? cause.message : String(cause);
  if (whole && isFtpError(cause) && cause.code === 'FTP_TIMEOUT') {
    const message = `${what}: all ${base.bytes} bytes are through, but the server did not confirm them: ${why}`;
    return new FtpTimeoutError(message, {
      channel: 'control',
      phase: 'final-reply',
      after: cause.after,
      cause,
    });
  }
  return new FtpTransferError(`${what}: the control connection was lost after ${base.bytes} bytes: ${why}`, {
    ...base,
    cause,
  });
}

function dataEndLate(after: number, job: Job, bytes: number): FtpTimeoutError {
  const message =
    `${job.verb}: the server reported the end of the transfer, but its data connection stayed open ` +
    `without a byte for ${after} ms; ${bytes} bytes came`;
  return new FtpTimeoutError(message, { channel: 'data', phase: 'transfer', after });
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
