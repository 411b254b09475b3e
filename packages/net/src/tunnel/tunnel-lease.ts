import { type ClientHttp2Stream, constants, type IncomingHttpHeaders } from 'node:http2';
import { type Endpoint, FtpClosedError, FtpConnectionError, limits } from '@duoport/protocol';
import type { DataConnection } from '../data-connection.ts';
import { DataSocket } from '../data-socket.ts';
import { netLimits } from '../net-limits.ts';
import type { AcceptOptions, Lease, LeaseRequest } from '../port-pool.ts';
import { emit, otherSide } from '../trace.ts';
import { tunnelStream } from './tunnel-stream.ts';
import { decodeEndpoint, words } from './words.ts';

interface Carrier {
  readonly stream: ClientHttp2Stream;
  answer(asking: {
    readonly timeout: number;
    readonly signal?: AbortSignal | undefined;
    onHeaders?(headers: IncomingHttpHeaders): void;
  }): Promise<IncomingHttpHeaders>;
  ends(headers: IncomingHttpHeaders): { readonly peer: Endpoint; readonly local: Endpoint };
}

/** A port that the agent listens on for the server: told by an interim answer, and connected with the final one. */
export class TunnelLease implements Lease {
  readonly endpoint: Endpoint;
  readonly #request: LeaseRequest;
  readonly #carrier: Carrier;
  readonly #answer: Promise<IncomingHttpHeaders>;
  #arrived = false;
  #over = false;

  private constructor(
    endpoint: Endpoint,
    {
      request,
      carrier,
      answer,
    }: { request: LeaseRequest; carrier: Carrier; answer: Promise<IncomingHttpHeaders> },
  ) {
    this.endpoint = endpoint;
    this.#request = request;
    this.#carrier = carrier;
    this.#answer = answer;
    answer.then(
      () => {
        this.#arrived = true;
      },
      () => {
        this.#over = true;
      },
    );
  }

  static open(request: LeaseRequest, carrier: Carrier): Promise<TunnelLease> {
    return new Promise((resolve, reject) => {
      let isTold = false;
      const answer = carrier.answer({
        timeout: netLimits.leaseTimeout,
        onHeaders: (headers) => {
          const told = decodeEndpoint(headers[words.local]);
          if (told === undefined || isTold) return;
          isTold = true;
          resolve(new TunnelLease(told, { request, carrier, answer }));
        },
      });
      answer.then(() => {
        if (isTold) return;
        carrier.stream.close(constants.NGHTTP2_PROTOCOL_ERROR);
        const text = 'The agent of the relay did not say where it listens';
        reject(new FtpConnectionError(text, { channel: 'data', phase: 'listen' }));
      }, reject);
    });
  }

  get arrived(): boolean {
    return this.#arrived && !this.#over;
  }

  get live(): boolean {
    return !this.#over;
  }

  async accept({ timeout = limits.dataTimeout, signal }: AcceptOptions = {}): Promise<DataConnection> {
    if (this.#over) throw new FtpClosedError('The agent of the relay does not listen any more');
    const { trace, connection = 'data-1', side } = this.#request;
    const { stream } = this.#carrier;
    const onAbort = () => this.release();
    const timer = setTimeout(onAbort, timeout);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      if (signal?.aborted) onAbort();
      const { peer, local } = this.#carrier.ends(await this.#answer);
      this.#over = true;
      const socket = tunnelStream(stream, local);
      return new DataSocket({ socket, peer, dialledBy: otherSide(side), side, trace, connection });
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (trace) emit(trace, { kind: 'failed', connection, phase: 'accept', error: text });
      throw signal?.aborted ? signal.reason : error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  release(): void {
    if (this.#over) return;
    this.#over = true;
    this.#carrier.stream.close(constants.NGHTTP2_CANCEL);
  }
}
