import {
  type AcceptedConnection,
  acceptControl,
  type ControlConnection,
  passBytes,
  type RawStream,
  readHello,
  ServerMarks,
  type ShownHello,
} from '@duoport/net';
import { type Endpoint, FtpClosedError, isFtpError, type Reply, reply } from '@duoport/protocol';
import { keyOf } from '../fleet/balance.ts';
import type { GatewayEvent } from '../log.ts';
import { markedGreeting } from '../loop.ts';
import type { Facts } from '../session.ts';
import type { Upstream } from '../upstream.ts';
import { clearPart } from './clear-part.ts';
import type { PassContext, ReachedServer } from './pass-context.ts';
import { reachServer } from './reach-server.ts';

export interface PassSessionOptions {
  readonly id: number;
  readonly connection: AcceptedConnection;
  readonly implicitTls: boolean;
  readonly context: PassContext;
  /** The client is turned away with this. */
  readonly refusal: Reply | undefined;
  /** Only those who have a session already are let through. */
  readonly known: boolean;
  readonly ended: (session: PassSession) => void;
}

/**
 * One connection to a port where clients say who they are: it is led to a server and passed through. Where one port is for everything it may
 * be a data connection; the server will know.
 */
export class PassSession {
  readonly clientAddress: string;
  readonly #options: PassSessionOptions;
  readonly #client: Endpoint;
  readonly #destination: Endpoint;
  readonly #over = new AbortController();
  #clear: { finish(last: Reply): void } | undefined;
  #isPassing = false;

  constructor(options: PassSessionOptions) {
    const { peer, local, destination = local } = options.connection;
    this.#options = options;
    this.#client = peer;
    this.#destination = destination;
    this.clientAddress = peer.address;
  }

  start(): void {
    const { connection, implicitTls, context, refusal } = this.#options;
    this.#tell({ kind: 'connected' });
    if (context.echoes.accepted(this.#client)) {
      connection.destroy();
      return this.#end('the gateway points at itself');
    }
    if (implicitTls || context.singlePort) {
      if (refusal === undefined) return void this.#pass(connection.take(), implicitTls);
      connection.destroy();
      return this.#end(refusal.lines.join(' '));
    }
    const greeting = refusal ?? reply(220, markedGreeting(context.greeting, context.mark));
    acceptControl(connection, { onConnection: (control) => this.#greet(control, greeting) });
  }

  /** Nobody can speak inside the client's TLS: who has none yet is told, the others go on until `destroy`. */
  finish(last: Reply): void {
    if (this.#clear !== undefined) this.#clear.finish(last);
    else if (!this.#isPassing) this.destroy('the gateway is shutting down');
  }

  destroy(reason: string): void {
    this.#over.abort(new FtpClosedError(reason));
  }

  #greet(connection: ControlConnection, greeting: Reply): void {
    const onAbort = () => connection.destroy();
    this.#over.signal.addEventListener('abort', onAbort, { once: true });
    this.#clear = clearPart({
      connection,
      greeting,
      secured: (stream) => {
        this.#clear = undefined;
        this.#over.signal.removeEventListener('abort', onAbort);
        void this.#pass(stream, true);
      },
      gone: (reason) => this.#end(reason),
    });
  }

  async #pass(stream: RawStream, isTls: boolean): Promise<void> {
    const { signal } = this.#over;
    const onGone = () => this.destroy('the client is gone');
    const onAbort = () => stream.destroy();
    stream.once('close', onGone).on('error', ignore);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const hello = isTls ? await readHello(stream) : undefined;
      if (isTls && hello === undefined) {
        stream.destroy();
        return this.#end('what came was no TLS');
      }
      if (hello !== undefined) this.#tell({ kind: 'secured', protocol: 'TLS' });
      const reached = await this.#reach(await this.#candidates(hello));
      stream.off('close', onGone);
      signal.removeEventListener('abort', onAbort);
      this.#end(await this.#join(stream, reached, isTls));
    } catch (error) {
      stream.destroy();
      if (isFtpError(error)) return this.#end(error.message);
      this.#tell({ kind: 'bug', verb: 'a connection', error });
      this.#end('a fault of this gateway');
    }
  }

  async #join(stream: RawStream, reached: ReachedServer, isTls: boolean): Promise<string> {
    const { id, context } = this.#options;
    const { server, local, peer } = reached;
    const left = context.visitors.enter(this.clientAddress, server, { session: id, server: peer, local });
    const closed = context.fleet.opened(server);
    const page = context.tickets.page(server);
    const marks = new ServerMarks(page.add, { isClear: !isTls });
    this.#isPassing = true;
    try {
      const { because } = await passBytes(stream, reached.stream, {
        idle: context.idleTimeout,
        isBusy: () => context.dataElsewhere || context.visitors.isBusy(this.clientAddress, server),
        signal: this.#over.signal,
        ...(context.singlePort ? { tap: (chunk) => marks.push(chunk) } : {}),
      });
      return because ?? 'both sides have ended it';
    } finally {
      page.close();
      closed();
      left();
      context.echoes.gone(local);
    }
  }

  /** The servers that it may be for, the likeliest first. */
  async #candidates(hello: ShownHello | undefined): Promise<readonly Upstream[]> {
    const { context, known } = this.#options;
    const { visitors, tickets, fleet, route, singlePort } = context;
    const whose = singlePort && hello !== undefined ? tickets.find(hello.marks) : undefined;
    if (whose !== undefined) return [whose];
    const home = singlePort ? visitors.home(this.clientAddress) : undefined;
    if (known && home === undefined) return [];
    const [peer, destination] = [this.#client, this.#destination];
    const said = {
      user: '',
      host: undefined,
      target: undefined,
      secure: true,
      serverName: hello?.serverName,
    };
    const routed = await route({ ...said, peer, local: destination, destination });
    const upstreams = routed?.upstreams ?? [];
    const order = fleet.order(upstreams, this.clientAddress);
    // A data connection without a ticket can only be found where its control connection is.
    const fits = home !== undefined && upstreams.some((upstream) => keyOf(upstream) === keyOf(home));
    return fits ? [home, ...order.filter((upstream) => keyOf(upstream) !== keyOf(home))] : order;
  }

  async #reach(candidates: readonly Upstream[]): Promise<ReachedServer> {
    const { context, implicitTls } = this.#options;
    const { fleet } = context;
    const { signal } = this.#over;
    // Greeting first and TLS then, or TLS first: both ends must have it the same way, for nobody in between can greet under TLS.
    const servers = context.servers.filter(({ tls }) => (tls === 'implicit') === implicitTls);
    for (const candidate of candidates) {
      const server = servers.find((one) => keyOf(one) === keyOf(candidate));
      if (server === undefined) continue;
      try {
        const ends = { source: this.#client, destination: this.#destination };
        const reached = await reachServer(server, ends, { context, signal });
        fleet.succeeded(server);
        this.#tell({ kind: 'linked', server: reached.peer, secure: true });
        return reached;
      } catch (error) {
        if (!isFtpError(error) || signal.aborted) throw error;
        if (error.code !== 'FTP_REPLY') fleet.failed(server, error.message);
        this.#tell({ kind: 'link-failed', host: server.host, error: error.message });
      }
    }
    throw new FtpClosedError('no server takes new sessions for this client now');
  }

  #tell(event: Facts<GatewayEvent>): void {
    const { id, context } = this.#options;
    context.log({ session: id, client: this.#client, ...event } as GatewayEvent);
  }

  #end(reason: string): void {
    this.#options.context.echoes.gone(this.#client);
    this.#tell({ kind: 'closed', reason });
    this.#options.ended(this);
  }
}

function ignore(): void {}
