import type { Joined, PortPool, PortRange, TlsServerSettings, TunnelRequest } from '@duoport/net';
import { formatEndpoint, isFtpError } from '@duoport/protocol';
import type { AgentEvent } from './log.ts';

/** A server that the agent publishes, and all that a relay may reach of it. */
export interface AgentService {
  /** Empty for the one that goes by the agent's own name. */
  readonly name: string;
  /** Name or address of the server, and its control port. */
  readonly host: string;
  readonly port: number;
  /** Ports that passive data connections may go to. Default: 1024 to 65535. */
  readonly dataPorts?: PortRange | undefined;
  /** End to end: the clients' TLS ends at the agent, and the relay carries what it cannot read. */
  readonly tls?: TlsServerSettings | undefined;
  /** With `tls`: what clients must do under it. Default `none`. */
  readonly requireTls?: 'none' | 'control' | 'data' | 'both' | undefined;
}

/** Why a data connection must not go to this port of the server. */
export function dataPortObjection({ dataPorts }: AgentService, port: number): string | undefined {
  const { low, high } = dataPorts ?? anyDataPort;
  return port < low || port > high ? `data connections go to the ports ${low}-${high} only` : undefined;
}

interface Control {
  readonly service: AgentService;
  readonly ends: Joined;
  /** Data connections and listeners that are there for it now. */
  open: number;
}

const anyDataPort: PortRange = { low: 1024, high: 65_535 };
/** Data connections of one control connection: the one in use, the next, and what is on its way out. */
const dataPerSession = 8;

/**
 * Does what the relay asks for, and nothing else: control connections go to the services' own servers, data connections to the
 * address that the control connection has reached. A relay that somebody has taken over reaches nothing else in this network.
 */
export class AgentSession {
  readonly #services: ReadonlyMap<string, AgentService>;
  readonly #pool: PortPool;
  readonly #tell: (event: AgentEvent) => void;
  readonly #controls = new Map<string, Control>();
  readonly #maxSessions: number;

  constructor(options: {
    readonly services: readonly AgentService[];
    /** Ports that active servers dial in to. */
    readonly pool: PortPool;
    readonly maxSessions: number;
    readonly tell: (event: AgentEvent) => void;
  }) {
    this.#services = new Map(options.services.map((service) => [service.name, service]));
    this.#pool = options.pool;
    this.#maxSessions = options.maxSessions;
    this.#tell = options.tell;
  }

  /** Control connections that are open now. */
  get sessions(): number {
    return this.#controls.size;
  }

  handle(request: TunnelRequest): void {
    const because = this.#objection(request);
    if (because !== undefined) {
      this.#tell({ kind: 'refused', what: describe(request), because });
      request.refuse(because);
      return;
    }
    this.#open(request).catch((error: unknown) => {
      if (request.gone.aborted) return;
      const text = error instanceof Error ? error.message : String(error);
      this.#tell({ kind: 'failed', what: describe(request), error: text });
      request.refuse(isFtpError(error) ? text : 'a fault of the agent; it has been logged there');
    });
  }

  /** Why this is not done; nothing has been dialled then. */
  #objection({ kind, session, service, to }: TunnelRequest): string | undefined {
    if (kind === 'control') {
      if (session === '' || this.#controls.has(session))
        return 'a control connection needs a number of its own';
      if (this.#controls.size >= this.#maxSessions)
        return `${this.#maxSessions} sessions are open, which is the limit`;
      const known = this.#services.get(service);
      if (known === undefined) return `there is no service ${JSON.stringify(service)} here`;
      return known.tls === undefined ? undefined : 'TLS of this service ends at the agent';
    }
    const control = this.#controls.get(session);
    if (control === undefined) return 'that control connection is not open';
    if (control.open >= dataPerSession)
      return `that control connection has ${dataPerSession} data connections`;
    if (kind === 'listen') return undefined;
    const { peer } = control.ends;
    if (to === undefined || to.address !== peer.address)
      return `data connections go to ${peer.address} only, where the control connection went`;
    return to.port === peer.port ? undefined : dataPortObjection(control.service, to.port);
  }

  async #open(request: TunnelRequest): Promise<void> {
    if (request.kind === 'control') return this.#openControl(request);
    const control = this.#controls.get(request.session);
    if (control === undefined) return;
    control.open += 1;
    request.gone.addEventListener('abort', () => {
      control.open -= 1;
    });
    const { peer, local } = control.ends;
    const ends =
      request.kind === 'data' && request.to !== undefined
        ? await request.join({ host: peer.address, port: request.to.port, localAddress: local.address })
        : await this.#listen(request, control);
    this.#tell({ kind: 'opened', what: 'data', peer: ends.peer });
  }

  async #listen(request: TunnelRequest, control: Control): Promise<Joined> {
    const { peer, local } = control.ends;
    const lease = await this.#pool.lease({
      host: local.address,
      peer: peer.address,
      session: control,
      side: 'client',
    });
    try {
      return await request.joinLease(lease);
    } finally {
      lease.release();
    }
  }

  async #openControl(request: TunnelRequest): Promise<void> {
    const service = this.#services.get(request.service);
    if (service === undefined) return;
    const control: { -readonly [Key in keyof Control]: Control[Key] } = { service, ends: nowhere, open: 0 };
    this.#controls.set(request.session, control);
    request.gone.addEventListener('abort', () => this.#controls.delete(request.session));
    const { host, port } = service;
    control.ends = await request.join({ host, port });
    this.#tell({ kind: 'opened', what: 'control', peer: control.ends.peer });
  }
}

/** Until the control connection stands there is nothing that data connections could go to. */
const nowhere: Joined = {
  peer: { address: '', port: 0, family: 4 },
  local: { address: '', port: 0, family: 4 },
};

function describe({ kind, service, to }: TunnelRequest): string {
  if (kind === 'control')
    return service === '' ? 'a control connection' : `a control connection to ${service}`;
  if (kind === 'listen') return 'a port to listen on';
  return `a data connection to ${to === undefined ? 'nowhere' : formatEndpoint(to)}`;
}
