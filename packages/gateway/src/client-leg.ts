import {
  type AdvertisedAddress,
  type ConnectionName,
  checkPeer,
  type DataConnection,
  dial,
  type Lease,
  type PeerPolicy,
  type PortPool,
  type PortRange,
  type Trace,
} from '@duoport/net';
import { type Endpoint, FtpLimitError, FtpLocalError } from '@duoport/protocol';

/** What the data connections of the client's side are made with. */
export interface ClientSide {
  readonly pool: PortPool;
  readonly advertised: AdvertisedAddress;
  readonly peers: PeerPolicy;
  /** Port that active clients are dialled from. */
  readonly sourcePort: number | PortRange | undefined;
  /** Data connections have the address that the client meant to go to, which is not ours. */
  readonly transparent: boolean;
  /** Milliseconds to an open data connection. */
  readonly dataTimeout: number;
}

export interface ClientLegFacts {
  readonly side: ClientSide;
  readonly peer: Endpoint;
  readonly local: Endpoint;
  /** Where the client meant to go: it is told that address, when nothing else is configured. */
  readonly destination: Endpoint;
  readonly session: object;
  readonly trace: Trace | undefined;
}

type Setup =
  | { readonly kind: 'none' }
  | { readonly kind: 'passive'; readonly lease: Lease }
  | { readonly kind: 'active'; readonly to: Endpoint };

/** The client's half of a data connection: the gateway listens for it, or dials it. */
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
  async passive(family: 4 | 6, secure: boolean): Promise<Endpoint> {
    this.release();
    const { side, peer, local, destination, session, trace } = this.#facts;
    const lease = await side.pool.lease({
      host: side.transparent ? destination.address : local.address,
      peer: side.peers.kind === 'any' ? undefined : peer.address,
      policy: side.peers,
      session,
      side: 'server',
      connection: this.#next(),
      trace,
    });
    const told = { local: destination.address, client: peer.address, secure, family };
    const facts = { listening: lease.endpoint, ...told };
    const choice = side.advertised.choose(facts);
    if ('fault' in choice) {
      lease.release();
      throw new FtpLimitError(choice.fault, { limit: 'advertisedAddress', value: 0 });
    }
    this.#setup = { kind: 'passive', lease };
    return choice.endpoint;
  }

  /** Opens it and uses the set-up up. */
  open(signal: AbortSignal): Promise<DataConnection> {
    const setup = this.#setup;
    this.#setup = { kind: 'none' };
    const { side, local, destination, trace } = this.#facts;
    const from = side.transparent
      ? { address: destination.address, foreign: true }
      : { address: local.address };
    const timeout = side.dataTimeout;
    if (setup.kind === 'passive') return setup.lease.accept({ timeout, signal });
    if (setup.kind === 'none') return Promise.reject(new FtpLocalError('Use PASV, EPSV, PORT or EPRT first'));
    return dial(setup.to, {
      from: { ...from, ports: side.sourcePort, orAny: true },
      timeout,
      signal,
      side: 'server',
      connection: this.#next(),
      trace,
    });
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
