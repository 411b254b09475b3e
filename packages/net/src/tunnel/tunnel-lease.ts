import { type ClientHttp2Stream, constants, type IncomingHttpHeaders } from 'node:http2';
import { type Endpoint, FtpClosedError, FtpConnectionError, limits } from '@duoport/protocol';
import type { DataConnection } from '../data-connection.ts';
import { DataSocket } from '../data-socket.ts';
import { netLimits } from '../net-limits.ts';
import type { AcceptOptions, Lease, LeaseRequest } from '../port-pool.ts';
import type { RawStream } from '../raw-stream.ts';
import { emit, otherSide, type TraceContext } from '../trace.ts';
import { breakOff } from './break-off.ts';
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

/** What came to a port at the other end of the tunnel. */
interface Come {
  readonly peer: Endpoint;
  readonly socket: RawStream;
}

export interface TunnelLeaseOptions {
  readonly endpoint: Endpoint;
  readonly context: TraceContext;
  readonly came: Promise<Come>;
  /** Nobody waits for it any more. */
  abandon(): void;
}

/** A port that the other end of a tunnel listens on. */
export class TunnelLease implements Lease {
  readonly endpoint: Endpoint;
  readonly #options: TunnelLeaseOptions;
  #arrived = false;
  #over = false;

  constructor(options: TunnelLeaseOptions) {
    this.endpoint = options.endpoint;
    this.#options = options;
    options.came.then(
      () => {
        this.#arrived = true;
      },
      () => {
        this.#over = true;
      },
    );
  }

  /** A port of the agent's, for the server: told by an interim answer, and connected with the final one. */
  static open(request: LeaseRequest, carrier: Carrier): Promise<TunnelLease> {
    return new Promise((resolve, reject) => {
      let isTold = false;
      const { stream } = carrier;
      const answer = carrier.answer({
        timeout: netLimits.leaseTimeout,
        onHeaders: (headers) => {
          const told = decodeEndpoint(headers[words.local]);
          if (told === undefined || isTold) return;
          isTold = true;
          const came = answer.then((final) => {
            const { peer, local } = carrier.ends(final);
            return { peer, socket: tunnelStream(stream, local) };
          });
          const abandon = () => breakOff(stream);
          resolve(new TunnelLease({ endpoint: told, context: request, came, abandon }));
        },
      });
      answer.then(() => {
        if (isTold) return;
        breakOff(stream, constants.NGHTTP2_PROTOCOL_ERROR);
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
    if (this.#over) throw new FtpClosedError('The other end of the tunnel does not listen any more');
    const { trace, connection = 'data-1', side } = this.#options.context;
    const onAbort = () => this.release();
    const timer = setTimeout(onAbort, timeout);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      if (signal?.aborted) onAbort();
      const { peer, socket } = await this.#options.came;
      this.#over = true;
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
    this.#options.abandon();
  }
}
