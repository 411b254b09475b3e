import { type DataArrangement, modeOf, type TlsSession, type TruncationPolicy } from '@duoport/net';
import { type DataRequest, type Reply, reply } from '@duoport/protocol';
import { bridge } from './bridge.ts';
import type { ClientLeg } from './client-leg.ts';
import type { ServerLink } from './server-link.ts';
import { serverVerbs } from './server-verbs.ts';

interface ArrangeFacts {
  readonly link: ServerLink;
  /** The client's control connection is under TLS. */
  readonly secure: boolean;
  readonly signal: AbortSignal;
}

interface BridgeFacts {
  readonly verb: string;
  readonly argument: string | undefined;
  readonly direction: 'to-client' | 'to-server';
  readonly link: ServerLink;
  readonly clientTls: TlsSession | undefined;
  readonly stallTimeout: number;
  readonly finalTimeout: number;
  readonly truncation: TruncationPolicy;
  opening(): void;
  preliminary(reply: Reply): void;
}

interface Outcome {
  readonly reply: Reply;
  readonly bytes: number;
  readonly duration: number;
  /** Undefined: there was no data connection. */
  readonly modes:
    | { readonly client: 'passive' | 'active'; readonly server: 'passive' | 'active' }
    | undefined;
}

/** The two halves of the data connection that was agreed on last, and the transfer that uses them. */
export class DataPair {
  readonly #leg: ClientLeg;
  #arrangement: DataArrangement | undefined;
  #running: { readonly abort: AbortController; readonly ended: Promise<unknown> } | undefined;

  constructor(leg: ClientLeg) {
    this.#leg = leg;
  }

  /** The server's side first: no port is leased, and none is told, before the other side has agreed. */
  async arrange(
    verb: string,
    asked: Exclude<DataRequest, { readonly kind: 'answer' }>,
    { link, secure, signal }: ArrangeFacts,
  ): Promise<Reply> {
    this.release();
    if (asked.kind === 'active') {
      const objection = this.#leg.objection(asked.to);
      if (objection !== undefined) return reply(504, `Illegal ${verb}: ${objection}`);
    }
    const { mode = 'same' } = link.upstream;
    const arrangement = await link.arrange(serverVerbs(mode, verb, link.peer.family), signal);
    try {
      signal.throwIfAborted();
      if (asked.kind === 'active') this.#leg.active(asked.to);
      const answer =
        asked.kind === 'active'
          ? reply(200, `${verb} successful`)
          : asked.tell(await this.#leg.passive(asked.family, secure));
      signal.throwIfAborted();
      this.#arrangement = arrangement;
      return answer;
    } catch (error) {
      arrangement.drop();
      this.#leg.release();
      throw error;
    }
  }

  async bridge(facts: BridgeFacts): Promise<Outcome> {
    const arrangement = this.#arrangement;
    this.#arrangement = undefined;
    const started = performance.now();
    if (arrangement === undefined || this.#leg.kind === 'none') {
      const told = reply(425, 'Use PASV, EPSV, PORT or EPRT first');
      return { reply: told, bytes: 0, duration: 0, modes: undefined };
    }
    const modes = { client: this.#leg.kind, server: modeOf(arrangement.verb) };
    const abort = new AbortController();
    let bytes = 0;
    facts.opening();
    const running = bridge({
      ...facts,
      arrangement,
      leg: this.#leg,
      signal: abort.signal,
      progress: (count) => {
        bytes = count;
      },
    });
    this.#running = { abort, ended: running.catch(() => undefined) };
    try {
      const ended = await running;
      return { reply: ended.reply, bytes, duration: performance.now() - started, modes };
    } finally {
      this.#running = undefined;
    }
  }

  /** RFC 959 §4.1.3: 426 for the transfer, 226 for the ABOR. */
  async abort(): Promise<Reply> {
    const running = this.#running;
    running?.abort.abort();
    await running?.ended;
    return reply(running === undefined ? 225 : 226, 'Nothing is transferred any more');
  }

  release(): void {
    this.#arrangement?.drop();
    this.#arrangement = undefined;
    this.#leg.release();
  }

  /** The session is over. */
  close(): void {
    this.#running?.abort.abort();
    this.release();
  }
}
