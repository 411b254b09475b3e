import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
} from 'node:http2';
import type { TLSSocket } from 'node:tls';
import {
  type Channel,
  type Endpoint,
  FtpConnectionError,
  FtpRemoteError,
  type Phase,
} from '@duoport/protocol';
import type { AcceptedConnection } from '../accepted-connection.ts';
import type { DataWay } from '../arrange-data.ts';
import type { ClientWay } from '../client-way.ts';
import type { ControlConnection } from '../control-connection.ts';
import type { DialControlOptions } from '../control-dial.ts';
import { ControlSocket } from '../control-socket.ts';
import { DataSocket } from '../data-socket.ts';
import { mover } from '../kernel/mover.ts';
import { netLimits } from '../net-limits.ts';
import { kernelEndpoint } from '../socket-address.ts';
import { type Asking, awaitAnswer } from './await-answer.ts';
import { breakOff } from './break-off.ts';
import { Asks } from './carry-client.ts';
import { clearKey } from './clear-ticket.ts';
import { DirectWay } from './direct-way.ts';
import { directKey } from './direct-words.ts';
import { keepAlive, type Secured } from './keep-alive.ts';
import { drop, endWith, sessionOptions, widen } from './session-options.ts';
import { shorten } from './shorten.ts';
import { splice } from './splice.ts';
import { listenForEnd } from './told-bytes.ts';
import { TunnelLease } from './tunnel-lease.ts';
import type { AskForShortcut } from './tunnel-shortcut.ts';
import { tunnelStream } from './tunnel-stream.ts';
import { bindingLabel, choices, decodeEndpoint, encodeEndpoint, words } from './words.ts';

/** A question to the agent that the agent answers in headers alone. */
export type Facts = Readonly<Record<string, string>>;

export interface CarryOptions {
  readonly service: string;
  /** How the client's data connections come about here, when the agent asks for them. */
  readonly way: ClientWay;
  readonly implicitTls: boolean;
  /** The agent has the same public address. */
  readonly neighbour: boolean;
  readonly timeout?: number | undefined;
}

/** The relay's end of the connection that an agent has dialled: opens control and data connections beside the server. */
export class RelayLine {
  /** Where the agent came from. */
  readonly peer: Endpoint;
  readonly local: Endpoint;
  /** The same bytes at both ends of this TLS connection, and nowhere else. */
  readonly binding: Uint8Array;
  /** Resolves with the reason when the line is gone; never rejects. */
  readonly closed: Promise<string>;
  readonly #session: ClientHttp2Session;
  readonly #tls: TLSSocket;
  readonly #directKey: Buffer;
  readonly #clearKey: Buffer;
  readonly #carried = { direct: 0, relayed: 0, clear: 0 };
  /** The agent lets long transfers move to plain connections. */
  #isClear = false;
  #direct: DirectWay | undefined;
  #directLost: (because: string) => void = () => undefined;
  #reason: string | undefined;
  #sessions = 0;

  /** `tls`: accepted, its handshake done. */
  constructor({ tls, socket }: Secured) {
    this.peer = kernelEndpoint(tls.remoteAddress ?? '0.0.0.0', tls.remotePort ?? 0);
    this.local = kernelEndpoint(tls.localAddress ?? '0.0.0.0', tls.localPort ?? 0);
    this.#tls = tls;
    this.binding = tls.exportKeyingMaterial(32, bindingLabel, Buffer.alloc(0));
    this.#directKey = directKey(tls);
    this.#clearKey = clearKey(tls);
    this.#session = connect('https://agent.invalid', { ...sessionOptions, createConnection: () => tls });
    this.#session.once('connect', () => widen(this.#session));
    keepAlive({ tls, socket }, this.#session);
    endWith(tls, this.#session);
    this.closed = new Promise((resolve) => {
      this.#session.on('error', (error: Error) => {
        this.#reason ??= error.message;
      });
      this.#session.on('goaway', () => drop(tls, this.#session));
      this.#session.once('close', () => resolve(this.#reason ?? 'the agent has closed the connection'));
    });
  }

  get isOpen(): boolean {
    return !this.#session.destroyed && !this.#session.closed;
  }

  /** Streams that are open now. */
  get streams(): number {
    return this.#streams;
  }
  #streams = 0;

  close(because: string): void {
    this.#reason ??= because;
    drop(this.#tls, this.#session);
  }

  /** Asks and resolves with the headers of the answer. */
  async ask(path: string, facts: Facts, timeout: number = netLimits.tunnelHandshake): Promise<Facts> {
    const stream = this.#request(path, facts, true);
    const headers = await this.#answer(stream, { channel: 'control', phase: 'login', timeout });
    stream.resume();
    const told = Object.entries(headers).filter(
      (entry): entry is [string, string] => entry[0].startsWith('duoport-') && typeof entry[1] === 'string',
    );
    return Object.fromEntries(told);
  }

  /** A control connection to `service`, and the way of its data connections. */
  async open(
    options: DialControlOptions & { readonly service: string; readonly client: Endpoint },
  ): Promise<{ readonly control: ControlConnection; readonly data: DataWay }> {
    const { service, client, trace, signal, implicitTls, timeout = netLimits.connectTimeout } = options;
    this.#sessions += 1;
    const session = String(this.#sessions);
    const stream = this.#request('/control', {
      [words.session]: session,
      [words.to]: encodeURIComponent(service),
      [words.client]: encodeEndpoint(client),
    });
    const headers = await this.#answer(stream, { channel: 'control', phase: 'connect', timeout, signal });
    const { peer, local } = this.#ends(stream, headers);
    const raw = tunnelStream(stream, local);
    if (options.preface) raw.write(options.preface);
    const control = new ControlSocket(raw, peer, 'client');
    if (implicitTls) await control.startTls(implicitTls, { signal });
    control.observe({ trace, side: 'client' });
    return { control, data: this.#dataWay(session) };
  }

  /**
   * Gives a client to the agent as it is: the agent's is the session, and the relay passes on bytes. Rejects when the agent does not take
   * it; the connection is then as it was.
   */
  async carry(connection: AcceptedConnection, options: CarryOptions): Promise<void> {
    const { service, way, implicitTls, neighbour, timeout = netLimits.connectTimeout } = options;
    this.#sessions += 1;
    const session = String(this.#sessions);
    const { peer, local, destination = local } = connection;
    const stream = this.#request('/client', {
      [words.session]: session,
      [words.to]: encodeURIComponent(service),
      [words.client]: encodeEndpoint(peer),
      [words.local]: encodeEndpoint(destination),
      [words.begins]: implicitTls ? 'tls' : 'clear',
      [words.neighbour]: neighbour ? '1' : '0',
    });
    await this.#answer(stream, { channel: 'control', phase: 'connect', timeout });
    const socket = connection.take();
    if (socket.destroyed) return breakOff(stream);
    splice(socket, tunnelStream(stream, local));
    const open = () => (this.isOpen ? this.#request('/ask', { [words.session]: session }) : undefined);
    new Asks({ control: stream, way, local, open });
    await new Promise((resolve) => stream.once('close', resolve));
  }

  /**
   * Looks for a way to the agent beside this line, for the bytes of data connections. Resolves with it, or with why there is none. One that
   * fails later is given up, and `lost` told why; the data connection that it was for goes over the line.
   */
  async findDirect(
    places: readonly Endpoint[],
    { lost, clear = false }: { readonly lost: (because: string) => void; readonly clear?: boolean },
  ): Promise<{ readonly at: Endpoint } | { readonly because: string }> {
    const gone = new AbortController();
    this.#session.once('close', () => gone.abort(new Error('the line is gone')));
    const way = await DirectWay.find(places, { key: this.#directKey, agent: this.peer, signal: gone.signal });
    if ('because' in way) return way;
    this.#direct = way;
    if (clear && mover.isPossible && !this.#isClear) {
      this.#isClear = true;
      this.closed.then(mover.use({ always: true }));
    }
    this.#directLost = (because) => {
      if (this.#direct !== way) return;
      this.#direct = undefined;
      lost(because);
    };
    return { at: way.at };
  }

  /** Data connections so far, by how their bytes went; `clear`: those of the relayed ones that a plain connection took on. */
  get carried(): { readonly direct: number; readonly relayed: number; readonly clear: number } {
    return this.#carried;
  }

  #dataWay(session: string): DataWay {
    return {
      dial: async (to, { trace, connection, side, signal, preface, timeout = netLimits.connectTimeout }) => {
        // Where long transfers move to a plain connection, short ones stay here: each would need a handshake.
        const direct = this.#isClear ? undefined : this.#direct?.open(signal, this.#directLost);
        const stream = this.#request('/data', {
          [words.session]: session,
          [words.to]: encodeEndpoint(to),
          ...(direct && { [words.direct]: direct.number }),
        });
        // Nobody else takes it, when the stream comes to nothing.
        stream.once('close', () => direct?.carrier.then((carrier) => carrier?.end()));
        const headers = await this.#answer(stream, { channel: 'data', phase: 'connect', timeout, signal });
        const { peer, local } = this.#ends(stream, headers);
        const carrier = await direct?.carrier;
        if (direct !== undefined) stream.write(carrier ? choices.direct : choices.line);
        this.#carried[carrier ? 'direct' : 'relayed'] += 1;
        const socket = tunnelStream(stream, local, { carrier, ask: this.#askOf(stream) });
        if (preface) socket.write(preface);
        return new DataSocket({ socket, peer, dialledBy: side, side, trace, connection });
      },
      lease: async (request) => {
        const stream = this.#request('/listen', { [words.session]: session });
        return await TunnelLease.open(request, {
          stream,
          answer: (asking) => this.#answer(stream, { ...asking, channel: 'data', phase: 'accept' }),
          ends: (headers) => this.#ends(stream, headers),
        });
      },
    };
  }

  /** Long streams may go on beside the line, where the agent lets them. */
  #askOf(stream: ClientHttp2Stream): AskForShortcut | undefined {
    if (!this.#isClear) return undefined;
    return (shortcut, direction) => {
      const at = this.#direct?.at;
      if (at === undefined) return;
      shorten({
        ...{ stream, shortcut, direction, at, key: this.#clearKey },
        ask: (path, facts, timeout) => this.ask(path, facts, timeout),
        lost: this.#directLost,
        taken: () => {
          this.#carried.clear += 1;
        },
      }).catch(() => undefined); // the stream has ended
    };
  }

  #request(path: string, facts: Facts, endStream = false): ClientHttp2Stream {
    if (!this.isOpen) throw this.#lost('connect');
    const headers = { ':method': 'POST', ':path': path, ...facts };
    const stream = this.#session.request(headers, { endStream, waitForTrailers: !endStream });
    listenForEnd(stream);
    this.#streams += 1;
    stream.once('close', () => {
      this.#streams -= 1;
    });
    stream.on('error', () => undefined);
    return stream;
  }

  #answer(stream: ClientHttp2Stream, asking: Asking): Promise<IncomingHttpHeaders> {
    return awaitAnswer(stream, { ...asking, lost: () => this.#lost(asking.phase, asking.channel) });
  }

  /** Where the connection beside the server begins and ends, as the agent says. */
  #ends(
    stream: ClientHttp2Stream,
    headers: IncomingHttpHeaders,
  ): { readonly peer: Endpoint; readonly local: Endpoint } {
    const peer = decodeEndpoint(headers[words.peer]);
    const local = decodeEndpoint(headers[words.local]);
    if (peer !== undefined && local !== undefined) return { peer, local };
    breakOff(stream, constants.NGHTTP2_PROTOCOL_ERROR);
    throw new FtpRemoteError('The agent of the relay did not say what it has connected');
  }

  #lost(phase: Phase, channel: Channel = 'control'): FtpConnectionError {
    const why = this.isOpen ? 'it broke the connection off' : (this.#reason ?? 'the line to it is gone');
    return new FtpConnectionError(`The agent of the relay is not there: ${why}`, { channel, phase });
  }
}
