import type { DataConnection, TlsSession } from '@duoport/net';
import type { Reply } from '@duoport/protocol';
import type { Attempt } from '../observations.ts';
import { callOff } from './call-off.ts';
import type { Context } from './context.ts';
import type { Exchange } from './dialogue.ts';
import { orLate } from './or-late.ts';
import type { Session } from './session.ts';
import { messageOf, type Said, said } from './text.ts';

/** What came of moving bytes over a data connection that stands. */
export interface Moved {
  readonly preliminary: Said | undefined;
  readonly final: Said | undefined;
  readonly tls: Attempt['tls'];
  readonly bytes: number;
  /** The first bytes, as many as are kept. */
  readonly sample: Uint8Array;
  readonly error: string | undefined;
  readonly works: boolean;
}

export interface Move {
  readonly session: Session;
  readonly data: DataConnection;
  /** The command whose transfer it is, already sent. */
  readonly exchange: Exchange;
  /** TLS for the data connection. */
  readonly tls: TlsSession | undefined;
  /** Bytes after which we have seen enough. */
  readonly most: number;
  /** Sent instead of received. */
  readonly upload?: Uint8Array | undefined;
}

/**
 * Does one transfer to its end. A server that never stops sending, or never starts, is cut off: the
 * control connection may be out of step then, which shows in a `final` that is missing. Throws DialogueLost only.
 */
export async function move(context: Context, request: Move): Promise<Moved> {
  const { session, data, exchange } = request;
  const { clock, replyPatience } = context;
  const taker = new Taker(request.most);
  const patience = () => clock.atMost(replyPatience);
  let preliminary: Said | undefined;
  let final: Said | undefined;
  let isOver = false;
  const note = (reply: Reply) => {
    if (reply.code < 200) preliminary = said(reply);
  };
  exchange.first.then(note, () => undefined);
  const over = exchange.final.then(
    (reply) => {
      // What it says to being called off is no outcome.
      if (!isOver) final = said(reply);
      // A refusal ends the wait for bytes that will not come.
      if (reply.code >= 400) taker.stop();
    },
    () => taker.stop(),
  );
  const outcome = await carry(context, request, taker);
  data.destroy();
  await orLate(over, patience());
  isOver = true;
  if (final === undefined) await callOff(context, session);
  const isWhole = isDone(final) && outcome.error === undefined;
  // Cut off by us after enough had come: the server may well complain.
  const works = isWhole || taker.full;
  return {
    preliminary,
    final,
    tls: outcome.tls,
    bytes: taker.bytes,
    sample: taker.sample,
    error: works ? undefined : outcome.error,
    works,
  };
}

function isDone(final: Said | undefined): boolean {
  return final !== undefined && final.code >= 200 && final.code < 300;
}

async function carry(
  context: Context,
  request: Move,
  taker: Taker,
): Promise<{ tls: Attempt['tls']; error: string | undefined }> {
  const { data, upload } = request;
  const timeout = context.clock.atMost(context.replyPatience);
  let tls: Attempt['tls'];
  if (request.tls !== undefined) {
    try {
      const facts = await data.startTls(request.tls, { timeout, signal: taker.signal });
      tls = { how: 'done', reused: facts.reused, error: undefined };
    } catch (error) {
      // The server refused the transfer in the middle of the handshake: that says nothing about TLS.
      if (taker.signal.aborted) return { tls: undefined, error: undefined };
      const why = messageOf(error);
      return { tls: { how: 'failed', reused: false, error: why }, error: why };
    }
  }
  const signal = AbortSignal.any([context.signal, taker.signal]);
  try {
    if (upload === undefined) {
      await data.receive(taker, { signal, stallTimeout: timeout, truncation: 'lenient' });
    } else {
      await data.send({ read: (into, at) => fill(into, upload, at) }, { signal, stallTimeout: timeout });
    }
    return { tls, error: undefined };
  } catch (error) {
    return { tls, error: taker.signal.aborted ? undefined : messageOf(error) };
  }
}

function fill(into: Uint8Array, from: Uint8Array, at: number): number {
  const part = from.subarray(at, at + into.length);
  into.set(part);
  return part.length;
}

/** Counts bytes, keeps the first of them, and has enough after a while. */
class Taker {
  bytes = 0;
  full = false;
  readonly #most: number;
  readonly #stop = new AbortController();
  readonly #kept: Uint8Array[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  get sample(): Uint8Array {
    return Uint8Array.from(this.#kept.flatMap((chunk) => [...chunk]));
  }

  stop(): void {
    this.#stop.abort(new Error('enough was seen'));
  }

  write(chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) {
      const room = this.#most - this.bytes;
      if (room > 0) this.#kept.push(chunk.slice(0, room));
      this.bytes += chunk.length;
    }
    if (this.bytes >= this.#most) {
      this.full = true;
      this.stop();
    }
  }
}
