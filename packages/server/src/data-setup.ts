import {
  checkPeer,
  classifyAddress,
  type DataConnection,
  dial,
  type Lease,
  type TlsSession,
} from '@duoport/net';
import {
  type Endpoint,
  FtpClosedError,
  FtpConnectionError,
  FtpLimitError,
  FtpLocalError,
  type ProbeView,
} from '@duoport/protocol';
import type { DataSetupFacts, Ends } from './data-setup-facts.ts';
import { DataStory } from './data-story.ts';
import { agreedView, type DataConnectionView, type DataTrouble } from './data-view.ts';
import { endsOf, type OpenedData, openedData } from './opened-data.ts';

type Setup =
  | { readonly kind: 'none' }
  /** `since`: when the client was told, on the monotonic clock. */
  | {
      readonly kind: 'passive';
      readonly lease: Lease;
      readonly tls: TlsSession | undefined;
      readonly since: number;
    }
  | { readonly kind: 'active'; readonly to: Endpoint; readonly since: number }
  /** Opened ahead of the transfer, by ESTA or ESTP. */
  | { readonly kind: 'open'; readonly connection: DataConnection };

/**
 * What the next transfer of one session will use as its data connection: the lease of a PASV, the address of a PORT, or
 * nothing. Each new word replaces the one before; a transfer uses it up (RFC 959 §3.2).
 */
export class DataSetup {
  /** What became of it, for SITE PROBE. */
  readonly story = new DataStory();
  readonly #facts: DataSetupFacts;
  #setup: Setup = { kind: 'none' };
  #opened = 0;
  #last: OpenedData | undefined;
  /** Since when one is awaited or dialled, on the monotonic clock; 0: none is. */
  #opening = 0;
  #trouble: DataTrouble | undefined;
  #over = false;
  /** Breaks off what ESTA or ESTP waits for. Made when it is needed: thousands of sessions never do. */
  #ahead: AbortController | undefined;

  constructor(facts: DataSetupFacts) {
    this.#facts = facts;
  }

  get kind(): Setup['kind'] {
    return this.#setup.kind;
  }

  /** Both ends of the control connection. */
  get control(): Ends {
    return this.#facts.control;
  }

  /** TLS for the next data connection, when PROT P is in force. */
  get tls(): TlsSession | undefined {
    return this.#facts.dataTls();
  }

  /** Both ends of the data connection that was opened last; before the first one, those of the control connection. */
  get ends(): Ends {
    const { peer, local } = this.#last === undefined ? this.#facts.control : endsOf(this.#last);
    return { peer, local };
  }

  /** The data connection that was opened last. */
  get last(): OpenedData | undefined {
    return this.#last;
  }

  /** What there is of a data connection now, for an administrator; `used`: a transfer has it. */
  look(used: boolean): DataConnectionView | undefined {
    const setup = this.#setup;
    const { agreed } = this.story;
    if (this.#opening > 0 && agreed !== undefined) return agreedView(agreed, 'awaited', this.#opening);
    if (agreed !== undefined && (setup.kind === 'passive' || setup.kind === 'active'))
      return agreedView(agreed, 'agreed', setup.since);
    const last = used || setup.kind === 'open' ? this.#last : undefined;
    return last && { ...last, state: 'open' };
  }

  /** What the last one that was agreed on came to nothing of; undefined once one has come about. */
  get trouble(): DataTrouble | undefined {
    return this.#trouble;
  }

  /** Where the data connection will be, for the text of a 150: `passive on …`, `active to …`. */
  get description(): string {
    const setup = this.#setup;
    if (setup.kind === 'passive') return `passive on port ${setup.lease.endpoint.port}`;
    if (setup.kind === 'active') return `active to port ${setup.to.port}`;
    return setup.kind;
  }

  /**
   * Leases a port and returns what to tell the client.
   * @throws FtpLimitError when the range, the session or the address has no port left.
   */
  async passive(family: 4 | 6, secure: boolean): Promise<Endpoint> {
    this.release();
    const { settings, trace, session } = this.#facts;
    const { peer, local, destination = local } = this.control;
    const exclusive = settings.peers.kind === 'any';
    const { tls } = this;
    const { door } = settings;
    const lease = await settings.pool.lease({
      host: local.address,
      peer: exclusive ? undefined : peer.address,
      session,
      policy: settings.peers,
      single: door && { door, endpoint: local, tls },
      onStray: (stranger) => {
        this.story.stranger(stranger);
        this.#facts.offended('wrong-peer', stranger);
      },
      side: 'server',
      connection: `data-${this.#opened + 1}`,
      trace,
    });
    if (this.#over) {
      lease.release();
      throw sessionOver();
    }
    const choice = settings.advertised.choose({
      listening: lease.endpoint,
      local: destination.address,
      client: peer.address,
      secure,
      family,
    });
    if ('fault' in choice) {
      lease.release();
      throw new FtpLimitError(choice.fault, { limit: 'advertisedAddress', value: 0 });
    }
    this.#setup = { kind: 'passive', lease, tls, since: performance.now() };
    const advertised = choice.endpoint;
    this.story.agree({ mode: 'passive', local: lease.endpoint, remote: peer, advertised });
    return advertised;
  }

  /** Keeps where to dial, or says why that must not be dialled: judged here, before anything is sent there. */
  active(to: Endpoint): { readonly refused: string } | undefined {
    this.release();
    const { settings } = this.#facts;
    const { peer, local } = this.control;
    const facts = { control: peer.address, data: to.address, port: to.port };
    const { verdict, because } = checkPeer(settings.peers, facts);
    // What only TLS could prove cannot be proven before the dialling, and nothing is dialled unproven.
    if (verdict !== 'accept') {
      // An inner address is what NAT without a helper leaves of an honest client’s.
      if (to.port < 1024 || classifyAddress(to.address) === 'public') this.#facts.offended('bounce');
      const agreed = { mode: 'active', problem: 'illegal-address', local, remote: to } as const;
      this.#trouble = this.#facts.outcome({ failure: { ...agreed, advertised: undefined, waited: 0 } });
      return { refused: because };
    }
    this.#setup = { kind: 'active', to, since: performance.now() };
    const from = typeof settings.sourcePort === 'number' ? settings.sourcePort : 0;
    this.story.agree({ mode: 'active', local: { ...local, port: from }, remote: to });
    return undefined;
  }

  /** Opens the data connection and uses the set-up up. */
  async open(signal: AbortSignal): Promise<DataConnection> {
    const setup = this.#setup;
    this.#setup = { kind: 'none' };
    if (setup.kind === 'open') return setup.connection;
    if (setup.kind === 'none') throw new FtpLocalError('Use PASV, EPSV, PORT or EPRT first');
    this.#opened += 1;
    const started = performance.now();
    this.#opening = started;
    this.story.opening();
    try {
      const connection = await this.#connect(setup, signal);
      this.story.opened();
      this.#last = openedData(connection, setup.kind, performance.now() - started);
      this.#trouble = this.#facts.outcome({ opened: setup.kind });
      return connection;
    } catch (error) {
      const failure = await this.story.failed(error, performance.now() - started);
      if (failure !== undefined) this.#trouble = this.#facts.outcome({ failure });
      throw error;
    } finally {
      this.#opening = 0;
    }
  }

  #connect(
    setup: Extract<Setup, { readonly kind: 'passive' | 'active' }>,
    signal: AbortSignal,
  ): Promise<DataConnection> {
    const { settings, trace } = this.#facts;
    const { local } = this.control;
    const timeout = settings.dataTimeout;
    if (setup.kind === 'passive') {
      if (settings.door !== undefined && setup.tls !== this.tls) {
        setup.lease.release();
        const text =
          'PROT was changed after PASV, and on one port it tells the data connection: use PASV again';
        return Promise.reject(new FtpConnectionError(text, { channel: 'data', phase: 'accept' }));
      }
      return setup.lease.accept({ timeout, signal });
    }
    return dial(setup.to, {
      // Port 20 towards a client port that was just used cannot be had again at once: any other is better than none.
      from: { address: local.address, ports: settings.sourcePort, orAny: true },
      timeout,
      signal,
      side: 'server',
      connection: `data-${this.#opened}`,
      trace,
    });
  }

  /** The TLS of the data connection that was opened last is there. */
  secured({ reused }: DataConnection): void {
    if (this.#last !== undefined) this.#last.resumed = reused;
  }

  /** What SITE PROBE tells. */
  async view(): Promise<ProbeView> {
    const { settings } = this.#facts;
    const { peer, local } = this.control;
    const { received, sent, dial } = this.story;
    const setup = this.#setup;
    const waits = setup.kind === 'passive' && setup.lease.arrived;
    const arrival = waits ? 'accepted' : await this.story.arrival();
    const sourcePort = typeof settings.sourcePort === 'number' ? settings.sourcePort : undefined;
    return { peer, local, received, sent, arrival, dial, sourcePort };
  }

  /** Opens it now and keeps it for the transfer to come (ESTA, ESTP). */
  async openAhead(): Promise<DataConnection> {
    this.#ahead ??= new AbortController();
    const connection = await this.open(this.#ahead.signal);
    if (this.#over) {
      connection.destroy();
      throw sessionOver();
    }
    this.#setup = { kind: 'open', connection };
    return connection;
  }

  /** The session is over: nothing it set up, or still waits for, may outlive it. */
  close(): void {
    this.#over = true;
    this.#ahead?.abort(sessionOver());
    this.release();
  }

  /** Nothing was transferred over it. That nobody came in all the time is worth telling. */
  #giveUp({ lease, since }: Extract<Setup, { readonly kind: 'passive' }>): void {
    const { arrived } = lease;
    lease.release();
    const waited = performance.now() - since;
    if (arrived || waited < patience) return;
    this.story.abandoned(waited).then((failure) => {
      if (failure !== undefined) this.#trouble = this.#facts.outcome({ failure });
    });
  }

  release(): void {
    const setup = this.#setup;
    this.#setup = { kind: 'none' };
    if (setup.kind === 'passive') this.#giveUp(setup);
    if (setup.kind === 'open') setup.connection.destroy();
  }
}

/**
 * Milliseconds after which a passive client that has not connected was probably kept from it. curl and others connect before
 * they send the command, and go away without a word when they cannot.
 */
const patience = 900;

/** Why what was done for a session ends with it. */
export function sessionOver(): FtpClosedError {
  return new FtpClosedError('The session is over');
}
