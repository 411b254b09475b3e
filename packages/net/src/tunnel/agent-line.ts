import {
  type IncomingHttpHeaders,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Endpoint } from '@duoport/protocol';
import { connect } from '../connect.ts';
import { DataSocket } from '../data-socket.ts';
import { netLimits } from '../net-limits.ts';
import type { Lease } from '../port-pool.ts';
import { kernelEndpoint, localEndpoint, peerEndpoint } from '../socket-address.ts';
import { breakOff, breakPath } from './break-off.ts';
import { CarriedClient, type CarriedFacts, decodeCarried } from './carried-client.ts';
import type { DirectListener } from './direct-listener.ts';
import { keepAlive, type Secured } from './keep-alive.ts';
import { goOnBeside, letIn } from './let-in.ts';
import type { Facts } from './relay-line.ts';
import { drop, endWith, sessionOptions, widen } from './session-options.ts';
import { splice } from './splice.ts';
import { listenForEnd } from './told-bytes.ts';
import { tunnelStream } from './tunnel-stream.ts';
import {
  bindingLabel,
  choices,
  decodeEndpoint,
  decodeWord,
  encodeEndpoint,
  encodeWord,
  shortcutPath,
  words,
} from './words.ts';

/** What a relay asks its agent for. */
export interface TunnelRequest {
  readonly kind: 'control' | 'data' | 'listen';
  /** Which control connection this is, or belongs to. Empty when the relay did not say. */
  readonly session: string;
  /** `control`: which of the agent's services. */
  readonly service: string;
  /** `data`: where to. */
  readonly to: Endpoint | undefined;
  /** `control`: who dialled the relay. */
  readonly client: Endpoint | undefined;
  /** Aborted when the relay wants it no more. */
  readonly gone: AbortSignal;
  refuse(because: string): void;
  /** Dials, answers and joins. Resolves when it is joined; the connection is then the tunnel's. Rejects with an FtpError. */
  join(to: TunnelTarget): Promise<Joined>;
  /** Tells where it listens, waits for one connection, answers and joins. */
  joinLease(lease: Lease): Promise<Joined>;
}

export interface TunnelTarget {
  readonly host: string;
  readonly port: number;
  readonly localAddress?: string | undefined;
  readonly timeout?: number | undefined;
}

export interface Joined {
  readonly peer: Endpoint;
  readonly local: Endpoint;
}

export interface AgentLineHandler {
  /** Where this relay may dial in beside the line. */
  readonly direct?: DirectListener | undefined;
  /** A question of the relay: what is returned is its answer; undefined refuses it. */
  answer(path: string, facts: Facts, line: AgentLine): Facts | undefined;
  request(request: TunnelRequest): void;
  /** A client whose session is to be the agent's: `take` begins it; a reason refuses it. */
  carried(facts: CarriedFacts, take: () => CarriedClient): string | undefined;
}

/** The agent's end of a tunnel. */
export class AgentLine {
  readonly relay: Endpoint;
  readonly local: Endpoint;
  readonly binding: Uint8Array;
  /** Resolves with the reason when the line is gone; never rejects. */
  readonly closed: Promise<string>;
  readonly #session: ServerHttp2Session;
  readonly #tls: TLSSocket;
  readonly #carried = new Map<string, CarriedClient>();
  readonly #streams = new Map<number, ServerHttp2Stream>();
  #reason: string | undefined;

  /** `tls`: connected, its handshake done, its certificate accepted. */
  constructor({ tls, socket }: Secured, handler: AgentLineHandler) {
    this.relay = kernelEndpoint(tls.remoteAddress ?? '0.0.0.0', tls.remotePort ?? 0);
    this.local = kernelEndpoint(tls.localAddress ?? '0.0.0.0', tls.localPort ?? 0);
    this.#tls = tls;
    this.binding = tls.exportKeyingMaterial(32, bindingLabel, Buffer.alloc(0));
    this.#session = performServerHandshake(tls, sessionOptions);
    widen(this.#session);
    keepAlive({ tls, socket }, this.#session);
    endWith(tls, this.#session);
    this.#session.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
      listenForEnd(stream);
      stream.on('error', () => undefined);
      this.#keep(stream);
      this.#arrived(stream, headers, handler);
    });
    this.closed = new Promise((resolve) => {
      this.#session.on('error', (error: Error) => {
        this.#reason ??= error.message;
      });
      this.#session.once('close', () => resolve(this.#reason ?? 'the relay has closed the connection'));
    });
    const { closed } = this;
    if (handler.direct) letIn(handler.direct, { tls, streams: this.#streams, closed });
  }

  close(because: string): void {
    this.#reason ??= because;
    drop(this.#tls, this.#session);
  }

  #arrived(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, handler: AgentLineHandler): void {
    const path = headers[':path'] ?? '';
    const session = decodeWord(headers[words.session]) ?? '';
    if (path === '/client') return this.#carry(stream, { headers, session, handler });
    if (path === '/ask') {
      const client = this.#carried.get(session);
      return client === undefined ? breakOff(stream) : client.offer(stream);
    }
    if (path === breakPath) return this.#break(stream, headers);
    if (path === shortcutPath) return goOnBeside(stream, headers, this.#streams);
    const kind = kinds.get(path);
    if (kind === undefined) {
      const answer = handler.answer(path, factsOf(headers), this);
      stream.resume();
      // To answer may have been to close the line.
      if (stream.destroyed) return;
      stream.respond({ ':status': answer === undefined ? 404 : 200, ...answer }, { endStream: true });
      return;
    }
    const gone = new AbortController();
    stream.once('close', () => gone.abort());
    const number = headers[words.direct];
    const carrier =
      typeof number === 'string' ? (handler.direct?.expect(number, gone.signal) ?? noListener()) : undefined;
    carrier?.catch(() => undefined);
    handler.request({
      kind,
      session,
      service: kind === 'control' ? (decodeWord(headers[words.to]) ?? '') : '',
      to: kind === 'data' ? decodeEndpoint(headers[words.to]) : undefined,
      client: decodeEndpoint(headers[words.client]),
      gone: gone.signal,
      refuse: (because) => refuse(stream, because),
      join: (target) => dialAndJoin(stream, { target, kind, gone: gone.signal, carrier }),
      joinLease: (lease) => acceptAndJoin(stream, lease, gone.signal),
    });
  }

  #keep(stream: ServerHttp2Stream): void {
    const { id } = stream;
    if (id === undefined) return;
    this.#streams.set(id, stream);
    stream.once('close', () => this.#streams.delete(id));
  }

  /** The relay does not reset streams itself. */
  #break(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const broken = this.#streams.get(Number(headers[words.stream]));
    if (broken !== undefined) breakOff(broken);
    stream.resume();
    stream.respond({ ':status': 200 }, { endStream: true });
  }

  #carry(
    stream: ServerHttp2Stream,
    {
      headers,
      session,
      handler,
    }: { headers: IncomingHttpHeaders; session: string; handler: AgentLineHandler },
  ): void {
    const facts = decodeCarried(headers);
    if (facts === undefined || session === '' || this.#carried.has(session))
      return refuse(stream, 'a client needs a number of its own, and ends');
    const because = handler.carried(facts, () => {
      const client = new CarriedClient(stream, facts);
      this.#carried.set(session, client);
      stream.once('close', () => this.#carried.delete(session));
      return client;
    });
    if (because !== undefined) refuse(stream, because);
  }
}

const kinds: ReadonlyMap<string, TunnelRequest['kind']> = new Map([
  ['/control', 'control'],
  ['/data', 'data'],
  ['/listen', 'listen'],
]);

function factsOf(headers: IncomingHttpHeaders): Facts {
  const told = Object.entries(headers).filter(
    (entry): entry is [string, string] => entry[0].startsWith('duoport-') && typeof entry[1] === 'string',
  );
  return Object.fromEntries(told);
}

function refuse(stream: ServerHttp2Stream, because: string): void {
  if (stream.destroyed || stream.headersSent) return;
  stream.respond({ ':status': 502, [words.because]: encodeWord(because) }, { endStream: true });
  stream.resume();
}

interface Dialling {
  readonly target: TunnelTarget;
  readonly kind: TunnelRequest['kind'];
  readonly gone: AbortSignal;
  /** A direct connection, if the relay makes one. */
  readonly carrier: Promise<TLSSocket> | undefined;
}

function noListener(): Promise<TLSSocket> {
  return Promise.reject(new Error('the relay is not let in beside the line'));
}

async function dialAndJoin(
  stream: ServerHttp2Stream,
  { target, kind, gone, carrier }: Dialling,
): Promise<Joined> {
  const { host, port, localAddress, timeout = netLimits.connectTimeout } = target;
  const socket = await connect(
    { host, port, ...(localAddress === undefined ? {} : { localAddress }) },
    { channel: kind === 'control' ? 'control' : 'data', timeout, signal: gone },
  );
  socket.setNoDelay(true);
  return join(stream, socket, carrier);
}

async function acceptAndJoin(stream: ServerHttp2Stream, lease: Lease, gone: AbortSignal): Promise<Joined> {
  stream.additionalHeaders({ ':status': 103, [words.local]: encodeEndpoint(lease.endpoint) });
  const data = await lease.accept({ timeout: netLimits.leaseTimeout, signal: gone });
  if (!(data instanceof DataSocket)) throw new TypeError('A lease of a port gives TCP connections');
  return join(stream, data.detach() as Socket);
}

function join(stream: ServerHttp2Stream, socket: Socket, carrier?: Promise<TLSSocket>): Joined {
  const peer = peerEndpoint(socket);
  if (stream.destroyed || peer === undefined) {
    socket.destroy();
    breakOff(stream);
    throw new Error('The connection was gone before it could be joined');
  }
  const local = localEndpoint(socket);
  const ends = { [words.peer]: encodeEndpoint(peer), [words.local]: encodeEndpoint(local) };
  stream.respond({ ':status': 200, ...ends }, { waitForTrailers: true });
  if (carrier === undefined) splice(socket, tunnelStream(stream, local));
  else {
    chosenBody(stream, carrier).then(
      (body) => splice(socket, tunnelStream(stream, local, { carrier: body })),
      () => {
        socket.destroy();
        breakOff(stream);
      },
    );
  }
  return { peer, local };
}

/** It may have come, and is not used. */
function dropped(carrier: Promise<TLSSocket>): void {
  carrier.then(
    (tls) => tls.destroy(),
    () => undefined,
  );
}

/** The direct connection when the relay says that it is to be used; undefined for the stream itself. */
async function chosenBody(
  stream: ServerHttp2Stream,
  carrier: Promise<TLSSocket>,
): Promise<TLSSocket | undefined> {
  const choice = await new Promise<string>((resolve, reject) => {
    const onReadable = () => {
      const byte = stream.read(1) as Buffer | null;
      if (byte === null) return;
      stream.off('readable', onReadable).off('close', onClose);
      resolve(byte.toString('latin1'));
    };
    const onClose = () => {
      dropped(carrier);
      reject(new Error('the stream was ended before it was used'));
    };
    stream.on('readable', onReadable).once('close', onClose);
  });
  if (choice === choices.direct) return await carrier;
  dropped(carrier);
  return undefined;
}
