import {
  type DataArrangement,
  type DataVerb,
  modeOf,
  type Throttle,
  type TlsSession,
  type TruncationPolicy,
} from '@duoport/net';
import { type DataRequest, isFtpError, type Reply, reply } from '@duoport/protocol';
import { bridge } from './bridge.ts';
import type { ClientLeg } from './client-leg.ts';
import { oneLine } from './reply-for-error.ts';
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
  readonly throttle: Throttle | undefined;
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
  #running: { readonly abort: AbortController; bytes: number } | undefined;

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
    const arrangement = await this.#agree(link, serverVerbs(mode, verb, link.peer.family), signal);
    if ('code' in arrangement) return arrangement;
    try {
      signal.throwIfAborted();
      if (asked.kind === 'active') this.#leg.active(asked.to);
      const answer =
        asked.kind === 'active'
          ? reply(200, `${verb} successful`)
          : asked.tell(await this.#leg.passive({ ...asked, secure }));
      signal.throwIfAborted();
      this.#arrangement = arrangement;
      return answer;
    } catch (error) {
      arrangement.drop();
      this.#leg.release();
      throw error;
    }
  }

  /** A server that cannot be understood, or names what must not be dialled, leaves the session as it is. */
  async #agree(
    link: ServerLink,
    verbs: readonly DataVerb[],
    signal: AbortSignal,
  ): Promise<DataArrangement | Reply> {
    try {
      return await link.arrange(verbs, signal);
    } catch (error) {
      if (!isFtpError(error) || error.code !== 'FTP_REMOTE_PROTOCOL' || link.dialogue.lost.aborted)
        throw error;
      return reply(425, oneLine(error.message));
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
    const running = { abort: new AbortController(), bytes: 0 };
    this.#running = running;
    try {
      facts.opening();
      const ended = await bridge({
        ...facts,
        arrangement,
        leg: this.#leg,
        signal: running.abort.signal,
        progress: (count) => {
          running.bytes = count;
        },
      });
      return { reply: ended, bytes: running.bytes, duration: performance.now() - started, modes };
    } finally {
      this.#running = undefined;
    }
  }

  /** Bytes that the running transfer has moved; undefined: none is running. */
  get moved(): number | undefined {
    return this.#running?.bytes;
  }

  /** Calls the running transfer off. */
  abort(): void {
    this.#running?.abort.abort();
  }

  release(): void {
    this.#arrangement?.drop();
    this.#arrangement = undefined;
    this.#leg.release();
  }

  /** The session is over. */
  close(): void {
    this.abort();
    this.release();
  }
}
