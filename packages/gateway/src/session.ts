import {
  type ClientWay,
  type ControlConnection,
  ServerDialogue,
  type ServerRole,
  type TlsFacts,
  type TlsSession,
} from '@duoport/net';
import { decodeDataRequest, FtpClosedError, type Reply, type Run, reply } from '@duoport/protocol';
import { ClientLeg } from './client-leg.ts';
import { ownWay } from './client-side.ts';
import { DataPair } from './data-pair.ts';
import { rewriteFeatures } from './features.ts';
import { answerLocally, beside, type Protection } from './local-commands.ts';
import type { GatewayEvent } from './log.ts';
import { decodeTrail } from './loop.ts';
import type { Settings } from './options.ts';
import { oneLine, passable, replyForError } from './reply-for-error.ts';
import { rewrite } from './rewrite.ts';
import { Uplink } from './uplink.ts';

/**
 * One client: the shell around a ServerMachine towards it. What the machine hands out is answered here, passed to the
 * server, or joined; `rewrite` says which.
 */
export class GatewaySession implements ServerRole {
  readonly clientAddress: string;
  readonly #id: number;
  readonly #connection: ControlConnection;
  readonly #settings: Settings;
  readonly #dialogue: ServerDialogue;
  readonly #tell: (event: Facts<GatewayEvent>) => void;
  readonly #ended: (session: GatewaySession) => void;
  readonly #uplink: Uplink;
  readonly #data: DataPair;
  readonly #over = new AbortController();
  #tls: TlsSession | undefined;
  #protection: Protection = 'clear';
  /** The command before this one, until it is settled: of a transfer, what an ABOR has to wait for. */
  #settled: Promise<void> = Promise.resolve();

  constructor(options: {
    readonly id: number;
    readonly connection: ControlConnection;
    readonly tls: TlsSession | undefined;
    readonly settings: Settings;
    /** Default: by ports and addresses of this gateway. */
    readonly way?: ClientWay | undefined;
    readonly ended: (session: GatewaySession) => void;
  }) {
    const { id, connection, tls, settings, ended } = options;
    const { peer } = connection;
    this.#connection = connection;
    this.clientAddress = peer.address;
    this.#settings = settings;
    this.#ended = ended;
    this.#tls = tls;
    this.#id = id;
    this.#tell = (event) => settings.log({ session: id, client: peer, ...event } as GatewayEvent);
    const trace = settings.trace?.(id);
    const { idleTimeout, loginTimeout } = settings;
    this.#dialogue = new ServerDialogue({
      connection,
      role: this,
      trace: trace?.client,
      implicitTls: tls !== undefined,
      idleTimeout,
      loginTimeout,
      unknown: 'pass',
    });
    const { signal } = this.#over;
    this.#uplink = new Uplink({ settings, connection, trace: trace?.server, signal, tell: this.#tell });
    this.#uplink.onLost = (because) => this.#lostServer(because);
    const leg = new ClientLeg({
      side: settings.client,
      way: options.way ?? ownWay(settings.client, connection),
      peer,
      session: this,
      trace: trace?.client,
    });
    this.#data = new DataPair(leg);
  }

  start(greeting: Reply): void {
    this.#tell({ kind: 'connected' });
    this.#dialogue.start(greeting);
  }

  /** Lets a running command finish, then says goodbye and closes. */
  finish(last: Reply): void {
    this.#dialogue.finish(last, 'the gateway is shutting down');
  }

  destroy(reason: string): void {
    this.#dialogue.destroy(reason);
  }

  run(id: number, run: Run): void {
    const started = performance.now();
    const settled = this.#run(id, run)
      .catch((error: unknown) => this.#failed(run, error))
      .then((answer) => {
        this.#audit(run, answer.code, performance.now() - started);
        this.#dialogue.settle(id, { kind: 'final', reply: passable(answer) });
      });
    if (run.row.transfer !== 'no') this.#settled = settled;
  }

  startTls(): TlsSession | undefined {
    this.#tls = this.#settings.tls?.session();
    this.#startAnew();
    // RFC 4217 §10.1: who was named before the security exchange is forgotten after it.
    this.#uplink.drop();
    return this.#tls;
  }

  secured({ protocol }: TlsFacts): void {
    this.#tell({ kind: 'secured', protocol });
  }

  over(): void {
    this.#over.abort(new FtpClosedError('The session is over'));
    this.#data.close();
    this.#uplink.drop();
  }

  gone(reason: string): void {
    this.#tell({ kind: 'closed', reason });
    this.#ended(this);
  }

  async #run(id: number, run: Run): Promise<Reply> {
    const { row } = run;
    const facts = {
      secure: this.#connection.secure,
      protection: this.#protection,
      transferring: this.#data.moved !== undefined,
    };
    const handling = rewrite(run, this.#settings.commands, facts);
    switch (handling.kind) {
      case 'refuse':
        return handling.reply;
      case 'local': {
        const { answer, protection } = answerLocally(run, this.#settings);
        if (protection !== undefined) this.#protection = protection;
        return answer;
      }
      case 'identify':
        return this.#uplink.identify(run);
      case 'arrange':
        return this.#arrange(run);
      case 'bridge':
        return this.#bridge(id, run, handling.direction);
      case 'abort':
        return this.#abort();
      case 'beside':
        return beside(run, this.#data.moved ?? 0);
      case 'renew':
        this.#startAnew();
        this.#uplink.drop();
        return reply(220, 'Ready for a new user');
      case 'quit':
        return this.#quit();
      case 'pass': {
        if (row.verb === 'FEAT') return this.#features();
        const { verb, argument } = commandOf(run);
        const trail = verb === 'CSID' ? decodeTrail(argument) : undefined;
        if (trail !== undefined) {
          this.#uplink.trail = trail;
          return reply(200, 'Name=duoport gateway;');
        }
        // Nobody has said who they are: no server is called for that.
        if (verb === 'NOOP' && this.#dialogue.order.login === 'user') return reply(200, 'Nothing done');
        return this.#uplink.pass(verb, argument);
      }
    }
  }

  async #arrange({ row, command }: Run): Promise<Reply> {
    const { peer, local, destination = local } = this.#connection;
    const asked = decodeDataRequest(row.verb, command.argument, { peer, local: destination });
    if (asked === undefined) return reply(502, `${row.verb} is not available here`);
    if (asked.kind === 'answer') return asked.reply;
    const link = await this.#uplink.ready();
    return this.#data.arrange(row.verb, asked, {
      link,
      secure: this.#connection.secure,
      signal: this.#over.signal,
    });
  }

  async #bridge(id: number, run: Run, direction: 'to-client' | 'to-server'): Promise<Reply> {
    const link = await this.#uplink.ready();
    const { settings, tls } = { settings: this.#settings, tls: this.#tls };
    const { verb, argument } = commandOf(run);
    const bridged = await this.#data.bridge({
      verb,
      argument,
      direction,
      link,
      clientTls: this.#protection === 'private' ? tls : undefined,
      stallTimeout: settings.stallTimeout,
      throttle: this.#uplink.throttle(direction),
      finalTimeout: settings.replyTimeout,
      truncation: settings.truncation,
      opening: () => this.#dialogue.settle(id, { kind: 'opening' }),
      preliminary: (intro) => this.#dialogue.settle(id, { kind: 'preliminary', reply: passable(intro) }),
    });
    if (bridged.modes !== undefined) {
      this.#tell({
        kind: 'transfer',
        verb: run.row.verb,
        argument: run.command.argument,
        clientMode: bridged.modes.client,
        serverMode: bridged.modes.server,
        clientSecure: this.#protection === 'private',
        serverSecure: link.tls !== undefined,
        bytes: bridged.bytes,
        duration: bridged.duration,
        reply: bridged.reply,
      });
    }
    return bridged.reply;
  }

  /** RFC 959 §4.1.3: 426 for the transfer, then 226 for the ABOR. */
  async #abort(): Promise<Reply> {
    const isRunning = this.#data.moved !== undefined;
    this.#data.abort();
    await this.#settled;
    return reply(isRunning ? 226 : 225, 'Nothing is transferred any more');
  }

  /** Whoever leaves is not told of a server that has left before, and none is called only to say goodbye. */
  async #quit(): Promise<Reply> {
    const goodbye = reply(221, 'Goodbye');
    if (this.#dialogue.order.login === 'user') return goodbye;
    return this.#uplink.pass('QUIT', undefined).catch(() => goodbye);
  }

  async #features(): Promise<Reply> {
    const own = { tls: this.#settings.tls !== undefined, clearControl: this.#settings.allowClear };
    const link = await this.#uplink.early();
    return rewriteFeatures(link && (await link.dialogue.call('FEAT')), own);
  }

  #audit({ row, command }: Run, code: number, duration: number): void {
    const { audit } = this.#settings;
    if (audit === undefined) return;
    const { peer: client, secure } = this.#connection;
    const { user, server } = this.#uplink;
    const { argument } = command;
    const shown = row.secret && argument !== undefined ? '****' : argument;
    audit({
      session: this.#id,
      client,
      user,
      server,
      secure,
      verb: row.verb,
      argument: shown,
      code,
      duration,
    });
  }

  #failed({ row }: Run, error: unknown): Reply {
    const known = replyForError(error);
    if (known !== undefined) return known;
    this.#tell({ kind: 'bug', verb: row.verb, error });
    return reply(451, 'A fault of this gateway; it has been logged');
  }

  #startAnew(): void {
    this.#protection = 'clear';
    this.#data.release();
  }

  /** The server is gone: the client learns it now, or with the reply of what runs. */
  #lostServer(because: string): void {
    const text = `The server behind this gateway is gone: ${oneLine(because)}`;
    this.#dialogue.finish(reply(421, text), because);
  }
}

export type Facts<Event> = Event extends GatewayEvent ? Omit<Event, 'session' | 'client'> : never;

/** `SITE NONCE a` as two words again: verb and argument as they came. */
function commandOf({ row, command }: Run): { verb: string; argument: string | undefined } {
  const [verb = '', ...words] = row.verb.split(' ');
  if (words.length === 0) return { verb: command.verb, argument: command.argument };
  const argument = [...words, ...(command.argument === undefined ? [] : [command.argument])].join(' ');
  return { verb, argument };
}
