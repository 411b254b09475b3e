import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { type Endpoint, FtpClosedError, FtpConnectionError, FtpTimeoutError } from '@duoport/protocol';
import type { ClientWay, PromisedPort, WantedPort } from '../client-way.ts';
import type { ControlConnection } from '../control-connection.ts';
import { ControlSocket } from '../control-socket.ts';
import type { DataConnection } from '../data-connection.ts';
import { DataSocket } from '../data-socket.ts';
import { netLimits } from '../net-limits.ts';
import { checkPeer } from '../peer-check.ts';
import type { RawStream } from '../raw-stream.ts';
import { takeHead } from '../take-head.ts';
import { type Ask, type AskAnswer, decodeAnswer, encodeAsk } from './asks.ts';
import { TunnelLease } from './tunnel-lease.ts';
import { tunnelStream } from './tunnel-stream.ts';
import { decodeEndpoint, decodeWord, words } from './words.ts';

/** What the relay says of a client whose control connection it passes on as it is. */
export interface CarriedFacts {
  /** Which of the agent's services it dialled. */
  readonly service: string;
  readonly client: Endpoint;
  /** The relay's end: where the client has dialled. */
  readonly local: Endpoint;
  /** It begins with a TLS handshake. */
  readonly implicitTls: boolean;
  /** It has the public address of the agent. */
  readonly neighbour: boolean;
}

/** Undefined when something is missing. */
export function decodeCarried(headers: IncomingHttpHeaders): CarriedFacts | undefined {
  const service = decodeWord(headers[words.to]);
  const client = decodeEndpoint(headers[words.client]);
  const local = decodeEndpoint(headers[words.local]);
  if (service === undefined || client === undefined || local === undefined) return undefined;
  const begins = headers[words.begins] === 'tls';
  return { service, client, local, implicitTls: begins, neighbour: headers[words.neighbour] === '1' };
}

/**
 * A client of the relay whose session is the agent's: the relay passes on bytes and knows nothing of what they say. It gives ports for
 * the client's data connections, and dials the client, when it is asked to; each ask uses up a stream that it has opened for that.
 */
export class CarriedClient implements ClientWay {
  readonly control: ControlConnection;
  readonly #facts: CarriedFacts;
  readonly #spare: ServerHttp2Stream[] = [];
  readonly #waiting = new Set<() => void>();
  #isGone = false;

  constructor(stream: ServerHttp2Stream, facts: CarriedFacts) {
    const { client, local } = facts;
    this.#facts = facts;
    stream.respond({ ':status': 200 }, { waitForTrailers: true });
    stream.once('close', () => {
      this.#isGone = true;
      this.#wake();
    });
    this.control = new ControlSocket(tunnelStream(stream, local), client, 'client');
  }

  /** A stream for the next ask. */
  offer(stream: ServerHttp2Stream): void {
    stream.once('close', () => {
      const at = this.#spare.indexOf(stream);
      if (at >= 0) this.#spare.splice(at, 1);
    });
    this.#spare.push(stream);
    this.#wake();
  }

  async lease(wanted: WantedPort): Promise<PromisedPort> {
    const { family, tellsAddress, secure, connection, trace } = wanted;
    const raw = await this.#ask({ kind: 'lease', family, tellsAddress, secure });
    const answer = await answered(raw, netLimits.connectTimeout);
    if (answer.kind !== 'told') throw senseless(raw);
    const came = this.#came(raw, netLimits.leaseTimeout).then((peer) => ({ peer, socket: raw }));
    const context = { trace, connection, side: 'server' } as const;
    const lease = new TunnelLease({
      endpoint: answer.listening,
      context,
      came,
      abandon: () => raw.resetAndDestroy(),
    });
    return { lease, told: answer.told };
  }

  async dial(to: Endpoint, options: Parameters<ClientWay['dial']>[1]): Promise<DataConnection> {
    const { timeout = netLimits.connectTimeout, signal, side, connection, trace } = options;
    this.#judge({ address: to.address, port: to.port });
    const raw = await this.#ask({ kind: 'dial', to });
    const onAbort = () => raw.resetAndDestroy();
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      if (signal?.aborted) onAbort();
      const peer = await this.#came(raw, timeout);
      return new DataSocket({ socket: raw, peer, dialledBy: side, side, trace, connection });
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** The relay has checked who came: here it is checked again. */
  async #came(raw: RawStream, timeout: number): Promise<Endpoint> {
    const answer = await answered(raw, timeout);
    if (answer.kind !== 'came') throw senseless(raw);
    try {
      this.#judge({ address: answer.peer.address });
    } catch (error) {
      raw.resetAndDestroy();
      throw error;
    }
    return answer.peer;
  }

  #judge({ address: data, port }: { readonly address: string; readonly port?: number }): void {
    const control = this.#facts.client.address;
    const { verdict, because } = checkPeer({ kind: 'exact' }, { control, data, port });
    if (verdict !== 'accept') throw new FtpConnectionError(because, { channel: 'data', phase: 'connect' });
  }

  async #ask(ask: Ask): Promise<RawStream> {
    const stream = await this.#next();
    stream.respond({ ':status': 200, ...encodeAsk(ask) }, { waitForTrailers: true });
    return tunnelStream(stream, this.#facts.local);
  }

  async #next(): Promise<ServerHttp2Stream> {
    const after = netLimits.tunnelHandshake;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#wake();
    }, after);
    try {
      for (;;) {
        if (this.#isGone) throw new FtpClosedError('The client of the relay is gone');
        const stream = this.#spare.shift();
        if (stream !== undefined) return stream;
        if (isLate)
          throw new FtpTimeoutError(`The relay took no order for a data connection within ${after} ms`, {
            channel: 'data',
            phase: 'listen',
            after,
          });
        await new Promise<void>((resolve) => this.#waiting.add(resolve));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}

/** The next line of the relay; it is no error of the stream, so its reason goes on. */
async function answered(raw: RawStream, timeout: number): Promise<Exclude<AskAnswer, { kind: 'no' }>> {
  const { answer } = await takeHead(raw, { what: 'The relay', timeout, decode: decodeAnswer }).catch(
    (error: unknown) => {
      raw.resetAndDestroy();
      throw error;
    },
  );
  if (answer.kind !== 'no') return answer;
  raw.resetAndDestroy();
  const text = `The relay could not open the data connection: ${answer.because}`;
  throw new FtpConnectionError(text, { channel: 'data', phase: 'connect' });
}

function senseless(raw: RawStream): FtpConnectionError {
  raw.resetAndDestroy();
  const text = 'The relay answered something else than was asked';
  return new FtpConnectionError(text, { channel: 'data', phase: 'connect' });
}
