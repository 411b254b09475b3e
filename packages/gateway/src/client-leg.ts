import {
  type ClientWay,
  type ConnectionName,
  checkPeer,
  type DataConnection,
  type Lease,
  type Trace,
  type WantedPort,
} from '@duoport/net';
import { type Endpoint, FtpLocalError } from '@duoport/protocol';
import type { ClientSide } from './client-side.ts';

export interface ClientLegFacts {
  readonly side: Pick<ClientSide, 'peers' | 'dataTimeout'>;
  readonly way: ClientWay;
  readonly peer: Endpoint;
  readonly session: object;
  readonly trace: Trace | undefined;
}

type Setup =
  | { readonly kind: 'none' }
  | { readonly kind: 'passive'; readonly lease: Lease }
  | { readonly kind: 'active'; readonly to: Endpoint };

/** The client's half of a data connection: the client dials it, or is dialled. */
export class ClientLeg {
  readonly #facts: ClientLegFacts;
  #setup: Setup = { kind: 'none' };
  #connections = 0;

  constructor(facts: ClientLegFacts) {
    this.#facts = facts;
  }

  get kind(): Setup['kind'] {
    return this.#setup.kind;
  }

  /** Why `to` must not be dialled, before anything is sent there or to the server. */
  objection(to: Endpoint): string | undefined {
    const { side, peer } = this.#facts;
    const judged = checkPeer(side.peers, { control: peer.address, data: to.address, port: to.port });
    return judged.verdict === 'accept' ? undefined : judged.because;
  }

  active(to: Endpoint): void {
    this.release();
    this.#setup = { kind: 'active', to };
  }

  /** Leases a port and returns what the client is told. @throws FtpLimitError when there is none. */
  async passive(wanted: Pick<WantedPort, 'family' | 'tellsAddress' | 'secure'>): Promise<Endpoint> {
    this.release();
    const { way, session, trace } = this.#facts;
    const { lease, told } = await way.lease({ ...wanted, session, connection: this.#next(), trace });
    this.#setup = { kind: 'passive', lease };
    return told;
  }

  /** Opens it and uses the set-up up. */
  open(signal: AbortSignal): Promise<DataConnection> {
    const setup = this.#setup;
    this.#setup = { kind: 'none' };
    const { side, way, trace } = this.#facts;
    const timeout = side.dataTimeout;
    if (setup.kind === 'passive') return setup.lease.accept({ timeout, signal });
    if (setup.kind === 'none') return Promise.reject(new FtpLocalError('Use PASV, EPSV, PORT or EPRT first'));
    return way.dial(setup.to, { timeout, signal, side: 'server', connection: this.#next(), trace });
  }

  release(): void {
    if (this.#setup.kind === 'passive') this.#setup.lease.release();
    this.#setup = { kind: 'none' };
  }

  #next(): ConnectionName {
    this.#connections += 1;
    return `data-${this.#connections}`;
  }
}
