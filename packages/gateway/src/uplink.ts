import type { ControlConnection, Trace } from '@duoport/net';
import {
  FtpClosedError,
  FtpConnectionError,
  isFtpError,
  type Reply,
  type Run,
  reply,
} from '@duoport/protocol';
import type { GatewayEvent } from './log.ts';
import type { Settings } from './options.ts';
import { ServerLink } from './server-link.ts';
import type { Facts } from './session.ts';
import type { Routed } from './upstream.ts';

export interface UplinkOptions {
  readonly settings: Settings;
  readonly connection: ControlConnection;
  readonly trace: Trace | undefined;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
  readonly tell: (event: Facts<GatewayEvent>) => void;
}

/** One client's way to its server: chosen by what the client says of itself, opened when it is first needed. */
export class Uplink {
  /** The server's control connection is gone, and nobody had asked for that. */
  onLost: (because: string) => void = () => undefined;
  readonly #options: UplinkOptions;
  #host: string | undefined;
  #user: string | undefined;
  #link: ServerLink | undefined;

  constructor(options: UplinkOptions) {
    this.#options = options;
  }

  /** USER and HOST: they choose the server. */
  async identify({ row, command }: Run): Promise<Reply> {
    if (row.verb === 'HOST') return this.#chooseHost(command.argument ?? '');
    const said = command.argument ?? '';
    // Another user may have another server: the one of before knows nothing of that.
    if (this.#user !== undefined && this.#user !== said) this.drop();
    const routed = await this.#route(said);
    if (routed === undefined) return reply(530, 'There is no server for this user');
    if (routed.refusal !== undefined) return reply(530, routed.refusal);
    const link = await this.#open(routed);
    this.#user = said;
    const answer = await link.dialogue.call('USER', routed.user ?? said);
    if (answer.code === 230) await link.protect();
    this.#tellLogin(answer);
    return answer;
  }

  /** A command as it came, and its reply. */
  async pass(verb: string, argument: string | undefined): Promise<Reply> {
    const link = this.#link ?? (await this.early());
    if (link === undefined) return withoutServer(verb);
    const answer = await link.dialogue.call(verb, argument);
    if ((verb === 'PASS' || verb === 'ACCT') && (answer.code === 230 || answer.code === 202))
      await link.protect();
    if (verb === 'PASS') this.#tellLogin(answer);
    if (verb === 'QUIT') this.#forget();
    return answer;
  }

  /** The link that a login has made. */
  async ready(): Promise<ServerLink> {
    if (this.#link === undefined) throw new FtpClosedError('There is no server for this session any more');
    return this.#link;
  }

  /** Before the login: the server, where it is known without one. */
  async early(): Promise<ServerLink | undefined> {
    if (this.#link !== undefined) return this.#link;
    const routed = await this.#route(undefined);
    return routed && this.#open(routed);
  }

  drop(): void {
    const link = this.#link;
    this.#forget();
    link?.close();
  }

  #forget(): void {
    this.#link = undefined;
    this.#user = undefined;
  }

  #chooseHost(name: string): Reply {
    if (this.#user !== undefined) return reply(503, 'HOST comes before USER');
    this.drop();
    this.#host = name;
    return reply(220, 'Host accepted');
  }

  async #route(user: string | undefined): Promise<Routed | undefined> {
    const { settings, connection } = this.#options;
    const { peer, local, destination = local, secure, tls } = connection;
    const serverName = tls?.serverName;
    return settings.route({ user, host: this.#host, peer, local, destination, secure, serverName });
  }

  /** The first server that can be reached. */
  async #open({ upstreams }: Routed): Promise<ServerLink> {
    if (this.#link !== undefined) return this.#link;
    const { settings, connection, trace, signal, tell } = this.#options;
    const { peer, local, destination = local } = connection;
    let last: unknown = new FtpConnectionError('No server is there for this client', {
      channel: 'control',
      phase: 'connect',
    });
    for (const upstream of upstreams) {
      try {
        const link = await ServerLink.open(
          {
            upstream,
            client: { source: peer, destination },
            pool: settings.serverPool,
            connectTimeout: settings.connectTimeout,
            replyTimeout: settings.replyTimeout,
            dataTimeout: settings.client.dataTimeout,
            trace,
          },
          signal,
        );
        this.#link = link;
        link.dialogue.lost.addEventListener('abort', () => this.#lost(link), { once: true });
        tell({ kind: 'linked', server: link.peer, secure: link.tls !== undefined });
        return link;
      } catch (error) {
        if (!isFtpError(error) || signal.aborted) throw error;
        tell({ kind: 'link-failed', host: upstream.host, error: error.message });
        last = error;
      }
    }
    throw last;
  }

  #lost(link: ServerLink): void {
    if (this.#link !== link) return;
    this.#forget();
    const { reason } = link.dialogue.lost;
    this.onLost(reason instanceof Error ? reason.message : String(reason));
  }

  #tellLogin(answer: Reply): void {
    if (this.#user === undefined || (answer.code !== 230 && answer.code !== 530)) return;
    this.#options.tell({ kind: 'login', user: this.#user, reply: answer });
  }
}

/** Where the server is not known yet, as much is answered as needs none. */
function withoutServer(verb: string): Reply {
  if (verb === 'NOOP') return reply(200, 'Nothing done');
  if (verb === 'QUIT') return reply(221, 'Goodbye');
  return reply(530, 'Say who you are first: USER chooses the server');
}
