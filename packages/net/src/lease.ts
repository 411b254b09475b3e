import type { Socket } from 'node:net';
import {
  type Endpoint,
  FtpClosedError,
  FtpConnectionError,
  FtpTimeoutError,
  limits,
} from '@duoport/protocol';
import type { DataConnection } from './data-connection.ts';
import { DataSocket } from './data-socket.ts';
import { checkPeer } from './peer-check.ts';
import type { AcceptOptions, Lease, LeaseRequest } from './port-pool.ts';
import { emit, otherSide } from './trace.ts';

/** How a lease ended, for the gauges. */
export type LeaseEnd = 'used' | 'released' | 'expired';

export interface LeaseOwner {
  /** The port is free again. */
  ended(lease: ArmedLease, how: LeaseEnd): void;
  /** A connection waits in the lease, or does no more. */
  held(change: 1 | -1): void;
  /** Somebody waits for the connection now. */
  awaited?(): void;
}

interface Arrival {
  readonly socket: Socket;
  readonly peer: Endpoint;
  readonly needsProof: boolean;
}

interface Waiter {
  resolve(arrival: Arrival): void;
  reject(error: unknown): void;
}

/** A lease on one listening port. */
export class ArmedLease implements Lease {
  readonly endpoint: Endpoint;
  readonly request: LeaseRequest;
  readonly #owner: LeaseOwner;
  #end: LeaseEnd | undefined;
  #held: Arrival | undefined;
  #waiter: Waiter | undefined;
  #timer: NodeJS.Timeout;
  /** Why no connection will come. */
  #refusal: string | undefined;

  constructor(endpoint: Endpoint, request: LeaseRequest, owner: LeaseOwner, timeout: number) {
    this.endpoint = endpoint;
    this.request = request;
    this.#owner = owner;
    this.#timer = setTimeout(() => this.#finish('expired'), timeout);
  }

  get arrived(): boolean {
    return this.#held !== undefined;
  }

  get live(): boolean {
    return this.#end === undefined;
  }

  /** Nobody else may have the port meanwhile: the peer is not one known address. */
  get exclusive(): boolean {
    const { peer, policy } = this.request;
    return peer === undefined || (policy !== undefined && policy.kind !== 'exact');
  }

  /**
   * A connection from `peer`: true when it is for this lease, which then owns the socket. `claimed`: it says so itself, which
   * TLS has to prove.
   */
  offer(socket: Socket, peer: Endpoint, claimed = false): boolean {
    const needsProof = this.#judge(peer);
    if (needsProof === undefined || this.#end !== undefined) return false;
    const arrival = { socket, peer, needsProof: needsProof || claimed };
    const waiter = this.#waiter;
    if (waiter) {
      this.#waiter = undefined;
      waiter.resolve(arrival);
      return true;
    }
    if (this.#held) {
      this.#stray(peer, 'a connection from there waits already');
      return false;
    }
    this.#held = arrival;
    this.#owner.held(1);
    socket.on('error', ignore);
    return true;
  }

  async accept(options: AcceptOptions = {}): Promise<DataConnection> {
    const { signal } = options;
    if (this.#end)
      throw (
        this.#refused() ??
        new FtpClosedError(`The lease of port ${this.endpoint.port} has ended: ${this.#end}`)
      );
    if (signal?.aborted) {
      this.release();
      throw signal.reason;
    }
    const arrival = this.#takeHeld() ?? (await this.#wait(options));
    this.#finish('used');
    const { trace, connection, side } = this.request;
    const { socket, peer, needsProof } = arrival;
    const { address } = this.endpoint;
    const local = address === '0.0.0.0' || address === '::' ? undefined : this.endpoint;
    return new DataSocket({
      socket,
      peer,
      local,
      needsProof,
      side,
      trace,
      connection,
      dialledBy: otherSide(side),
    });
  }

  release(): void {
    this.#finish('released');
  }

  /** No connection will come: whoever waits, or will wait, is told why. */
  refuse(because: string): void {
    this.#refusal = because;
    this.#finish('expired');
  }

  #wait(options: AcceptOptions): Promise<Arrival> {
    const { signal, timeout: after = limits.dataTimeout } = options;
    clearTimeout(this.#timer);
    return new Promise((resolve, reject) => {
      const settle = () => signal?.removeEventListener('abort', onAbort);
      const onAbort = () => {
        this.#waiter?.reject(signal?.reason);
        this.release();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#timer = setTimeout(() => {
        this.#waiter?.reject(this.#tooLate(after));
        this.#finish('expired');
      }, after);
      this.#waiter = {
        resolve: (arrival) => {
          settle();
          resolve(arrival);
        },
        reject: (error) => {
          settle();
          this.#waiter = undefined;
          const { trace, connection = 'data-1' } = this.request;
          if (trace) {
            const text = error instanceof Error ? error.message : String(error);
            emit(trace, { kind: 'failed', connection, phase: 'accept', error: text });
          }
          reject(error);
        },
      };
      this.#owner.awaited?.();
    });
  }

  #refused(): FtpConnectionError | undefined {
    const text = this.#refusal;
    return text === undefined
      ? undefined
      : new FtpConnectionError(text, { channel: 'data', phase: 'accept' });
  }

  #tooLate(after: number): FtpTimeoutError {
    const { endpoint } = this;
    const peer = this.request.peer === undefined ? 'Nobody' : `${this.request.peer} has not`;
    if (this.request.single) {
      const told = `${peer} opened a data connection to port ${endpoint.port} within ${after} ms that can be told to be its own`;
      const text = `${told}: under TLS it must resume the session of its control connection`;
      return new FtpTimeoutError(text, { channel: 'data', phase: 'accept', after });
    }
    const text = `${peer} connected to data port ${endpoint.port} within ${after} ms: is that port open to it in every firewall, and forwarded by NAT?`;
    return new FtpTimeoutError(text, { channel: 'data', phase: 'accept', after });
  }

  #takeHeld(): Arrival | undefined {
    const held = this.#held;
    if (!held) return undefined;
    this.#held = undefined;
    this.#owner.held(-1);
    return held;
  }

  /** Undefined: refused. Otherwise whether TLS must prove it. */
  #judge(peer: Endpoint): boolean | undefined {
    const { peer: control, policy = { kind: 'exact' } } = this.request;
    if (control === undefined) return false;
    const { verdict, because } = checkPeer(policy, { control, data: peer.address });
    if (verdict !== 'refuse') return verdict === 'proof';
    this.#stray(peer, because);
    return undefined;
  }

  #stray(peer: Endpoint, because: string): void {
    const { trace, connection = 'data-1' } = this.request;
    this.request.onStray?.(peer, because);
    if (trace) emit(trace, { kind: 'stray', connection, peer, because });
  }

  /** For the listener: a stranger came to the port of this lease. */
  stray(peer: Endpoint): void {
    this.#judge(peer);
  }

  #finish(how: LeaseEnd): void {
    if (this.#end) return;
    this.#end = how;
    clearTimeout(this.#timer);
    this.#takeHeld()?.socket.destroy();
    this.#waiter?.reject(
      this.#refused() ?? new FtpClosedError(`The lease of port ${this.endpoint.port} was ${how}`),
    );
    this.#owner.ended(this, how);
  }
}

function ignore(): void {}
