import type { ControlConnection, Seat, Throttle, Trace } from '@duoport/net';
import {
  type Endpoint,
  FtpClosedError,
  FtpConnectionError,
  isFtpError,
  type Reply,
  type Run,
  reply,
} from '@duoport/protocol';
import type { GatewayEvent } from './log.ts';
import type { Settings } from './options.ts';
import { replyForError } from './reply-for-error.ts';
import { ServerLink } from './server-link.ts';
import type { Facts } from './session.ts';
import type { Routed, Upstream } from './upstream.ts';

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
  /** The gateways that the client has come through. */
  trail: readonly string[] = [];
  readonly #options: UplinkOptions;
  #host: string | undefined;
  #user: string | undefined;
  #isIn = false;
  /** The server has refused a login on this link. */
  #wasRefused = false;
  #seat: Seat | undefined;
  /** What the server was told as USER. */
  #name: string | undefined;
  /** Servers that have not been tried, the next one first. */
  #left: readonly Upstream[] = [];
  #link: ServerLink | undefined;
  /** It has been asked for the login, and may yet give way to another. */
  #trying: ServerLink | undefined;

  constructor(options: UplinkOptions) {
    this.#options = options;
  }

  /** Who is logged in. */
  get user(): string | undefined {
    return this.#isIn ? this.#user : undefined;
  }

  get server(): Endpoint | undefined {
    return this.#link?.peer;
  }

  throttle(direction: 'to-client' | 'to-server'): Throttle | undefined {
    return this.#seat?.throttle(direction);
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
    if (routed.upstreams.length === 0) return reply(530, 'There is no server for this client');
    await this.#choose(routed, said);
    this.#user = said;
    const name = routed.user ?? said;
    this.#name = name;
    const answer = await this.#attempt((link) => link.dialogue.call('USER', name));
    return this.#settleLogin(answer);
  }

  /** A command as it came, and its reply. */
  async pass(verb: string, argument: string | undefined): Promise<Reply> {
    const link = this.#link ?? (await this.early());
    if (link === undefined) return withoutServer(verb);
    if (verb === 'PASS') return this.#password(argument);
    const exchange = link.dialogue.send(verb, argument);
    // A verb that nobody here knows may have a 1yz: its end is due all the same.
    const first = await exchange.first;
    if (first.code < 200) link.dialogue.expectFinal(exchange, this.#options.settings.replyTimeout);
    const answer = await exchange.final;
    if (verb === 'ACCT' && isLoggedIn(answer)) {
      await link.protect();
      return this.#settleLogin(answer);
    }
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
    if (routed === undefined || routed.upstreams.length === 0) return undefined;
    await this.#choose(routed, undefined);
    this.#link = await this.#open();
    return this.#link;
  }

  drop(): void {
    const links = [this.#link, this.#trying];
    this.#forget();
    for (const link of links) link?.close();
  }

  /** The servers to try, the first one first; a link that is there already stays if it goes to one of them. */
  async #choose({ upstreams }: Routed, user: string | undefined): Promise<void> {
    const { settings, connection } = this.#options;
    const order = settings.fleet.order(
      await settings.services.expand(upstreams),
      user ?? connection.peer.address,
    );
    const link = this.#link;
    if (link !== undefined && !settings.fleet.suits(link.upstream, order)) this.drop();
    this.#left = order.filter((upstream) => upstream !== this.#link?.upstream);
  }

  /** PASS; a server that takes the name and then leaves is no reason to send the client away while there is another. */
  async #password(argument: string | undefined): Promise<Reply> {
    const [first, name] = [this.#link, this.#name];
    const answer = await this.#attempt(async ({ dialogue }) => {
      if (dialogue === first?.dialogue || name === undefined) return dialogue.call('PASS', argument);
      const named = await dialogue.call('USER', name);
      return named.code === 331 ? dialogue.call('PASS', argument) : named;
    });
    return this.#settleLogin(answer);
  }

  /** Asks the server; one that answers 421, or leaves, gives way to the next one. */
  async #attempt(ask: (link: ServerLink) => Promise<Reply>): Promise<Reply> {
    for (;;) {
      const link = this.#link ?? (await this.#open());
      // Out of reach of #lost: that it leaves now is no reason to end the session.
      this.#link = undefined;
      this.#trying = link;
      const outcome = await this.#outcome(link, ask);
      this.#trying = undefined;
      if (outcome.kind === 'answered') {
        this.#link = link;
        if (link.dialogue.lost.aborted) this.#lost(link);
        return outcome.reply;
      }
      link.close();
      // Whoever gives wrong passwords is sent away, and must neither be passed on nor put the server in a bad light.
      if (this.#wasRefused || this.#left.length === 0) return outcome.reply;
      this.#options.tell({ kind: 'link-failed', host: link.upstream.host, error: outcome.because });
    }
  }

  async #outcome(link: ServerLink, ask: (link: ServerLink) => Promise<Reply>): Promise<Outcome> {
    const { settings, signal } = this.#options;
    try {
      const answer = await ask(link);
      if (answer.code === 421)
        return { kind: 'left', because: `421 ${answer.lines[0] ?? ''}`, reply: answer };
      settings.fleet.succeeded(link.upstream);
      if (isLoggedIn(answer)) await link.protect();
      return { kind: 'answered', reply: answer };
    } catch (error) {
      const answer = replyForError(error);
      if (answer === undefined || signal.aborted) throw error;
      // Nothing was sent, or PROT was refused: the server is there, and another one would say no better.
      if (!link.dialogue.lost.aborted) return { kind: 'answered', reply: answer };
      return { kind: 'left', because: (error as Error).message, reply: answer };
    }
  }

  #forget(): void {
    this.#isIn = false;
    this.#seat?.leave();
    this.#seat = undefined;
    this.#link = undefined;
    this.#trying = undefined;
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
    const { peer, local, destination = local, target, secure, tls } = connection;
    const serverName = tls?.serverName;
    return settings.route({ user, host: this.#host, peer, local, destination, target, secure, serverName });
  }

  /** The first server of those left that can be reached. */
  async #open(): Promise<ServerLink> {
    const { settings, connection, trace, signal, tell } = this.#options;
    const { peer, local, destination = local } = connection;
    let last: unknown = new FtpConnectionError('No server takes new sessions for this client now', {
      channel: 'control',
      phase: 'connect',
    });
    for (let [upstream] = this.#left; upstream !== undefined; [upstream] = this.#left) {
      this.#left = this.#left.slice(1);
      this.#wasRefused = false;
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
            trail: [...this.trail, settings.mark],
          },
          signal,
        );
        const closed = settings.fleet.opened(upstream);
        const { lost } = link.dialogue;
        lost.addEventListener(
          'abort',
          () => {
            closed();
            this.#lost(link);
          },
          { once: true },
        );
        if (lost.aborted) closed();
        tell({ kind: 'linked', server: link.peer, secure: link.tls !== undefined });
        return link;
      } catch (error) {
        if (!isFtpError(error) || signal.aborted) throw error;
        // A reply is no failure: who answers is there, and may have meant this client only.
        if (error.code !== 'FTP_REPLY') settings.fleet.failed(upstream, error.message);
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

  /** Whoever the server lets in needs a seat here too. */
  #settleLogin(answer: Reply): Reply {
    const { settings, tell } = this.#options;
    const user = this.#user ?? '';
    this.#seat?.leave();
    this.#seat = isLoggedIn(answer) ? settings.users.take(user) : undefined;
    const isFull = isLoggedIn(answer) && this.#seat === undefined;
    const told = isFull ? reply(530, 'All sessions that this user may have here are in use') : answer;
    this.#isIn = isLoggedIn(told);
    if (answer.code >= 400) this.#wasRefused = true;
    if (told.code === 230 || told.code === 530) tell({ kind: 'login', user, reply: told });
    if (isFull) this.drop();
    return told;
  }
}

type Outcome =
  | { readonly kind: 'answered'; readonly reply: Reply }
  | { readonly kind: 'left'; readonly because: string; readonly reply: Reply };

function isLoggedIn({ code }: Reply): boolean {
  return code === 230 || code === 232 || code === 202;
}

/** Where the server is not known yet, as much is answered as needs none. */
function withoutServer(verb: string): Reply {
  if (verb === 'NOOP') return reply(200, 'Nothing done');
  if (verb === 'QUIT') return reply(221, 'Goodbye');
  return reply(530, 'Say who you are first: USER chooses the server');
}
