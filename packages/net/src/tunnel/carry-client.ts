import { type ClientHttp2Stream, constants, type IncomingHttpHeaders } from 'node:http2';
import type { Socket } from 'node:net';
import type { Endpoint } from '@duoport/protocol';
import type { ClientWay } from '../client-way.ts';
import type { DataConnection } from '../data-connection.ts';
import { DataSocket } from '../data-socket.ts';
import { netLimits } from '../net-limits.ts';
import type { RawStream } from '../raw-stream.ts';
import { type Ask, decodeAsk, encodeAnswer } from './asks.ts';
import { breakOff } from './break-off.ts';
import { splice } from './splice.ts';
import { tunnelStream } from './tunnel-stream.ts';

interface AsksOptions {
  /** The control connection that they belong to. */
  readonly control: ClientHttp2Stream;
  /** What is done for the agent, and for this client alone. */
  readonly way: ClientWay;
  readonly local: Endpoint;
  /** Opens a stream for the agent's next ask, while there is a line. */
  open(): ClientHttp2Stream | undefined;
}

/** Data connections of one control connection: the one in use, the next, and what is on its way out. */
const most = 8;

/**
 * The relay's answers to an agent that asks for data connections of one client. There is always one stream on which it may ask, unless
 * it has as many data connections as it may have; and none when the control connection is gone.
 */
export class Asks {
  readonly #options: AsksOptions;
  readonly #gone = new AbortController();
  #spare: ClientHttp2Stream | undefined;
  #count = 0;
  #number = 0;

  constructor(options: AsksOptions) {
    this.#options = options;
    options.control.once('close', () => {
      this.#gone.abort();
      if (this.#spare !== undefined) breakOff(this.#spare);
    });
    this.#wait();
  }

  #wait(): void {
    if (this.#spare !== undefined || this.#count >= most || this.#gone.signal.aborted) return;
    const stream = this.#options.open();
    this.#spare = stream;
    stream?.once('response', (headers) => {
      this.#spare = undefined;
      this.#count += 1;
      stream.once('close', () => {
        this.#count -= 1;
        this.#wait();
      });
      this.#wait();
      this.#serve(stream, headers);
    });
  }

  #serve(stream: ClientHttp2Stream, headers: IncomingHttpHeaders & { ':status'?: number | undefined }): void {
    const ask = headers[':status'] === 200 ? decodeAsk(headers) : undefined;
    if (ask === undefined) return breakOff(stream, constants.NGHTTP2_PROTOCOL_ERROR);
    const raw = tunnelStream(stream, this.#options.local);
    raw.on('error', () => undefined);
    this.#open(ask, stream, raw).catch((error: unknown) => {
      const because = error instanceof Error ? error.message : String(error);
      if (!raw.destroyed) raw.end(encodeAnswer({ kind: 'no', because }));
    });
  }

  async #open(ask: Ask, stream: ClientHttp2Stream, raw: RawStream): Promise<void> {
    const refused = new AbortController();
    const onClose = () => refused.abort(new Error('the agent wants it no more'));
    const onGone = () => refused.abort(new Error('the client is gone'));
    stream.once('close', onClose);
    this.#gone.signal.addEventListener('abort', onGone, { once: true });
    try {
      if (this.#gone.signal.aborted) onGone();
      const data = await this.#make(ask, raw, refused.signal);
      if (stream.destroyed) return data.destroy();
      if (!(data instanceof DataSocket)) throw new TypeError('The clients of a relay come by TCP');
      const { peer, local } = data;
      raw.write(encodeAnswer({ kind: 'came', peer, local }));
      splice(data.detach() as Socket, raw);
    } finally {
      stream.off('close', onClose);
      this.#gone.signal.removeEventListener('abort', onGone);
    }
  }

  async #make(ask: Ask, raw: RawStream, signal: AbortSignal): Promise<DataConnection> {
    const { way } = this.#options;
    this.#number += 1;
    const context = { connection: `data-${this.#number}`, trace: undefined } as const;
    if (ask.kind === 'dial')
      return way.dial(ask.to, { ...context, timeout: netLimits.connectTimeout, signal, side: 'server' });
    const { lease, told } = await way.lease({ ...ask, ...context, session: this });
    raw.write(encodeAnswer({ kind: 'told', listening: lease.endpoint, told }));
    return lease.accept({ timeout: netLimits.leaseTimeout, signal });
  }
}
