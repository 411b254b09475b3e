import {
  arrangeData,
  ClientDialogue,
  type ConnectionName,
  type DataArrangement,
  type DataVerb,
  type DataWay,
  dial,
  dialControl,
  type PortPool,
  TlsClient,
  type TlsSession,
  type Trace,
} from '@duoport/net';
import {
  type Endpoint,
  encodeProxyHeader,
  FtpConnectionError,
  FtpLocalError,
  FtpReplyError,
  isCompletion,
  isFtpError,
  type ProxiedEnds,
  type Reply,
} from '@duoport/protocol';
import { encodeTrail, isLoop, markOf } from './loop.ts';
import type { ServerWay, Upstream } from './upstream.ts';

export interface ServerLinkOptions {
  readonly upstream: Upstream;
  /** Whose connection it is, for servers that are told by a PROXY header. */
  readonly client: ProxiedEnds;
  /** Ports that active servers dial in to. */
  readonly pool: PortPool;
  readonly connectTimeout: number;
  readonly replyTimeout: number;
  readonly dataTimeout: number;
  readonly trace: Trace | undefined;
  /** The gateways that the session has come through, this one last. */
  readonly trail: readonly string[];
}

/** The gateway as the client of one server: its control connection and its half of the data connections. */
export class ServerLink {
  readonly upstream: Upstream;
  readonly dialogue: ClientDialogue;
  /** For data connections, once PROT P is in force. */
  readonly tls: TlsSession | undefined;
  readonly #options: ServerLinkOptions;
  readonly #data: DataWay;
  #protected = false;
  #connections = 0;

  private constructor(
    dialogue: ClientDialogue,
    { tls, data, options }: { tls: TlsSession | undefined; data: DataWay; options: ServerLinkOptions },
  ) {
    this.upstream = options.upstream;
    this.dialogue = dialogue;
    this.tls = tls;
    this.#options = options;
    this.#data = data;
  }

  /** Dials, waits for the greeting and makes TLS. Rejects with an FtpError; nothing is left open then. */
  static async open(options: ServerLinkOptions, signal: AbortSignal): Promise<ServerLink> {
    const { upstream, client, connectTimeout, replyTimeout, trace } = options;
    const { host, tls: kind = 'none' } = upstream;
    const tls = kind === 'none' ? undefined : new TlsClient(upstream.tlsSettings).session(host);
    const way = upstream.via ?? direct(options.pool);
    const { control, data } = await way.open({
      host,
      port: upstream.port ?? (kind === 'implicit' ? 990 : 21),
      implicitTls: kind === 'implicit' ? tls : undefined,
      preface: upstream.proxy && encodeProxyHeader(upstream.proxy, client),
      timeout: connectTimeout,
      signal,
      trace,
    });
    const dialogue = new ClientDialogue(control, {
      tls,
      greetingTimeout: connectTimeout,
      replyTimeout,
      trace,
    });
    const link = new ServerLink(dialogue, { tls, data, options });
    try {
      await link.#greet(kind === 'explicit');
      return link;
    } catch (error) {
      link.close();
      throw error;
    }
  }

  get peer(): Endpoint {
    return this.dialogue.connection.peer;
  }

  /** After the login: data connections under TLS, where the control connection is (RFC 4217 §9). */
  async protect(): Promise<void> {
    if (this.tls === undefined || this.#protected) return;
    await this.#expect('PBSZ', '0');
    await this.#expect('PROT', 'P');
    this.#protected = true;
  }

  /** Agrees with the server, by the first verb that it takes. Rejects with FTP_REPLY of the last one. */
  async arrange(verbs: readonly DataVerb[], signal: AbortSignal): Promise<DataArrangement> {
    let refusal: unknown;
    for (const verb of verbs) {
      try {
        return await arrangeData(this.dialogue, {
          verb,
          pool: this.#data,
          dial: (to, how) => this.#data.dial(to, { ...how, preface: this.#preface(to) }),
          session: this,
          passiveAddress: this.upstream.passiveAddress ?? 'control',
          externalAddress: this.upstream.externalAddress,
          activePeer: 'control',
          openTimeout: this.#options.dataTimeout,
          connection: this.#next(),
          trace: this.#options.trace,
          signal,
        });
      } catch (error) {
        if (!isFtpError(error) || this.dialogue.lost.aborted) throw error;
        refusal = error;
      }
    }
    throw refusal ?? new FtpLocalError('There is no verb to try');
  }

  close(): void {
    this.dialogue.destroy(new FtpLocalError('The gateway has closed the control connection'));
  }

  async #greet(explicit: boolean): Promise<void> {
    const greeting = await this.dialogue.greeting;
    if (!isCompletion(greeting)) throw new FtpReplyError({ verb: 'the greeting', reply: greeting });
    const next = markOf(greeting);
    if (next !== undefined && isLoop(this.#options.trail, next)) throw this.#loop();
    if (explicit) await this.#secure();
    const { trail } = this.#options;
    if (next !== undefined && trail.length > 0) await this.dialogue.call('CSID', encodeTrail(trail));
  }

  #loop(): FtpConnectionError {
    const { peer } = this;
    const where = `${this.upstream.host}:${peer.port}`;
    const text = `Loop: the server ${where} is this gateway itself, or a gateway that leads back to it; change where it points`;
    return new FtpConnectionError(text, { channel: 'control', phase: 'greeting', peer });
  }

  async #secure(): Promise<void> {
    const answer = await this.dialogue.call('AUTH', 'TLS');
    if (answer.code !== 234) throw new FtpReplyError({ verb: 'AUTH', reply: answer });
    await this.dialogue.secured();
  }

  async #expect(verb: string, argument: string): Promise<Reply> {
    const answer = await this.dialogue.call(verb, argument);
    if (!isCompletion(answer)) throw new FtpReplyError({ verb, reply: answer });
    return answer;
  }

  /** The client's own data connection may come later than this one: the port is that of its control connection. */
  #preface({ port }: Endpoint): Uint8Array | undefined {
    const { upstream, client } = this.#options;
    const { source, destination } = client;
    return (
      upstream.proxy && encodeProxyHeader(upstream.proxy, { source, destination: { ...destination, port } })
    );
  }

  #next(): ConnectionName {
    this.#connections += 1;
    return `data-${this.#connections}`;
  }
}

function direct(pool: PortPool): ServerWay {
  const data: DataWay = { dial, lease: (request) => pool.lease(request) };
  return { open: async (options) => ({ control: await dialControl(options), data }) };
}
