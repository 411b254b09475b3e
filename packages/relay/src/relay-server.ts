import {
  createGateway,
  type FtpGateway,
  type GatewayListen,
  type GatewayMetrics,
  type GatewayOptions,
  type Routed,
  type RouteFacts,
  type ServerMode,
} from '@duoport/gateway';
import {
  type AcceptedConnection,
  type ControlListener,
  listenAgents,
  type PoolGauges,
  type PortRange,
  type RelayLine,
  readHello,
  type TlsServerSettings,
} from '@duoport/net';
import { type Endpoint, FtpConnectionError } from '@duoport/protocol';
import { admit, turnAway, welcome } from './admission.ts';
import { type ConnectedAgent, ConnectedAgents } from './agents.ts';
import { Carriage } from './carriage.ts';
import type { RelayEvent } from './log.ts';
import { serviceName, serviceNamed } from './names.ts';
import { Publication } from './publication.ts';
import type { AgentRegistry } from './registry.ts';
import { seekDirect } from './seek-direct.ts';

export interface RelayServerOptions {
  readonly registry: AgentRegistry;
  /** Where agents dial in, and the certificate that they know the relay by. */
  readonly agents: {
    readonly host?: string | undefined;
    /** 0: a free one. */
    readonly port: number;
    readonly tls: Pick<TlsServerSettings, 'cert' | 'key'>;
  };
  /** Where clients dial in: a port for each service, and ports that all share and that go by the name in TLS or HOST. */
  readonly control?: {
    readonly host?: string | undefined;
    readonly ports?: PortRange | undefined;
    readonly shared?: readonly GatewayListen[] | undefined;
  };
  /** The clients' side, as of a gateway: data ports, advertised address, certificate. */
  readonly client?: GatewayOptions['client'];
  /** How the servers are spoken to, beside the agents. Default: passive, no TLS. */
  readonly server?: {
    readonly mode?: ServerMode | undefined;
    readonly tls?: 'none' | 'explicit' | undefined;
  };
  readonly commands?: GatewayOptions['commands'];
  readonly maxSessions?: number | undefined;
  readonly maxSessionsPerAddress?: number | undefined;
  readonly timeouts?: GatewayOptions['timeouts'];
  /** Services of one agent, and control ports that it can have at all. Default 16. */
  readonly maxServices?: number | undefined;
  readonly log?: ((event: RelayEvent) => void) | undefined;
  /** What the gateway of the clients' side tells. */
  readonly sessionLog?: GatewayOptions['log'];
  readonly trace?: GatewayOptions['trace'];
}

const maxServices = 16;

/**
 * On a public host: agents dial in, and their servers are published. The clients' side is a gateway, whose connections to the servers
 * go through the agents.
 */
export class RelayServer implements AsyncDisposable {
  readonly #options: RelayServerOptions;
  readonly #agents = new ConnectedAgents();
  readonly #gateway: FtpGateway;
  readonly #publication: Publication;
  readonly #carriage: Carriage;
  readonly #tell: (event: RelayEvent) => void;
  #listener: ControlListener | undefined;
  #closing = false;

  /** @throws RangeError for a setting that cannot work. */
  constructor(options: RelayServerOptions) {
    const { registry, control = {}, client, commands, log = () => undefined, timeouts } = options;
    if (control.ports === undefined && (control.shared ?? []).length === 0)
      throw new RangeError('Clients need somewhere to dial: set control.ports or control.shared.');
    this.#options = options;
    this.#tell = log;
    this.#gateway = createGateway({
      listen: (control.shared ?? []).map((where) => ({
        ...where,
        divert: (connection) => this.#divert(connection, where.implicitTls === true),
      })),
      to: (facts) => this.#route(facts),
      ...(client === undefined ? {} : { client }),
      commands,
      greeting: 'duoport FTP relay ready.',
      maxSessions: options.maxSessions,
      maxSessionsPerAddress: options.maxSessionsPerAddress,
      ...(timeouts === undefined ? {} : { timeouts }),
      log: options.sessionLog,
      trace: options.trace,
    });
    this.#carriage = new Carriage(options);
    this.#publication = new Publication({
      gateway: this.#gateway,
      registry,
      host: control.host,
      controlPorts: control.ports,
      maxServices: options.maxServices ?? maxServices,
      divert: (connection) => this.#divert(connection, false),
      tell: log,
    });
  }

  /** Where agents dial in. */
  get agentEndpoint(): Endpoint | undefined {
    return this.#listener?.endpoint;
  }

  /** Where clients dial in. */
  get listening(): FtpGateway['listening'] {
    return this.#gateway.listening;
  }

  /** Clients' sessions open now, those that are the agents' too. */
  get sessions(): number {
    return this.#gateway.sessions + this.#carriage.size;
  }

  /** Those of them whose session an agent holds. */
  get passedOn(): number {
    return this.#carriage.size;
  }

  /** What has happened so far on the clients' side, beside the sessions of agents. */
  metrics(): GatewayMetrics {
    return this.#gateway.metrics();
  }

  /** Lines of agents that stand now. */
  get lines(): number {
    return this.#agents.size;
  }

  /** Data connections beside the servers so far, by how their bytes went between relay and agent. */
  get carried(): ConnectedAgents['carried'] {
    return this.#agents.carried;
  }

  /** Streams of those lines that are open now: one for each control and data connection beside a server. */
  get streams(): number {
    return this.#agents.streams;
  }

  /** The data ports of the clients' side. */
  get ports(): PoolGauges {
    return this.#gateway.ports.client;
  }

  /** @throws FtpConnectionError (phase `listen`) that names the address, the port and what to do. */
  async start(): Promise<void> {
    const { host, port, tls } = this.#options.agents;
    await this.#gateway.start();
    try {
      await this.#publication.restore();
      this.#listener = await listenAgents({
        host,
        port,
        ...tls,
        onLine: (line, known) => {
          this.#arrived(line, known).catch((error: unknown) => {
            line.close('a fault of the relay');
            this.#tell({ kind: 'fault', error });
          });
        },
        onError: (error, from) => {
          if (from !== undefined) this.#tell({ kind: 'agent-refused', from, because: error.message });
        },
      });
    } catch (error) {
      await this.close({ grace: 0 });
      throw error;
    }
  }

  /** Lets running transfers finish within `grace` milliseconds; then the agents are told goodbye. */
  async close({ grace = 10_000 }: { readonly grace?: number } = {}): Promise<void> {
    this.#closing = true;
    await this.#listener?.close();
    if (this.#carriage.size > 0) await this.#agents.warnAll();
    await Promise.all([this.#gateway.close({ grace }), this.#carriage.empty(grace)]);
    this.#agents.closeAll('the relay is shutting down');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #arrived(line: RelayLine, known: () => void): Promise<void> {
    const { registry, maxServices: most = maxServices } = this.#options;
    const from = line.peer;
    const admitted = await admit(line, { registry, maxServices: most, now: Date.now() }).catch(noAnswer);
    if ('refused' in admitted || this.#closing) {
      const because = 'refused' in admitted ? admitted.refused : 'the relay is shutting down';
      this.#tell({ kind: 'agent-refused', from, because });
      return turnAway(line, because);
    }
    known();
    const { invited, ...offer } = admitted;
    const { name, services, endToEnd } = offer;
    if (invited) this.#agents.closeOf(name, 'the agent has a new key');
    const ports = await this.#publication.publish(name, services);
    await registry.keep(name, { endToEnd });
    const agent: ConnectedAgent = { ...offer, line };
    const welcoming = welcome(line, ports);
    // What is asked of the agent from now on reaches it after its welcome.
    this.#agents.add(agent);
    const isWelcome = await welcoming;
    if (this.#closing) line.close('the relay is shutting down');
    else if (isWelcome) {
      this.#tell({ kind: 'agent-connected', agent: name, from, invited });
      seekDirect(agent, (facts) => this.#tell({ kind: 'way', agent: name, ...facts }));
    }
    const because = await line.closed;
    this.#agents.remove(agent);
    this.#tell({ kind: 'agent-lost', agent: name, from, because });
  }

  /** Clients whose session is to be the agent's: the relay passes on what it cannot read, or need not. */
  async #divert(connection: AcceptedConnection, implicitTls: boolean): Promise<boolean> {
    const asked = implicitTls ? (await readHello(connection))?.serverName : undefined;
    const target = this.#publication.at(connection.port) ?? serviceNamed(asked);
    if (target === undefined) return false;
    const { agent, service } = target;
    const name = serviceName(agent, service);
    const found = this.#agents.find(agent, service);
    const isAtAgent = (found ?? (await this.#options.registry.find(agent)))?.endToEnd.includes(service);
    const { peer } = connection;
    const neighbour = found?.line.peer.address === peer.address;
    // A client whose TLS ends here stays here.
    const isNear = neighbour && found.neighbours && this.#options.client?.tls === undefined;
    if (!isAtAgent && !isNear) return false;
    const carry = () => {
      if (found === undefined || this.#closing) throw notThere(name);
      this.#tell({ kind: 'carried', service: name, client: peer });
      if (isNear) this.#tell({ kind: 'neighbours', service: name, address: peer.address, data: 'private' });
      const way = this.#gateway.clientWay(connection);
      return found.line.carry(connection, { service, way, implicitTls, neighbour });
    };
    this.#carriage.run(connection, { implicitTls, carry: async () => carry() }).catch((error: unknown) => {
      this.#tell({ kind: 'fault', error });
    });
    return true;
  }

  #route({ local, peer, serverName, host }: RouteFacts): Routed | undefined {
    const target = this.#publication.at(local.port) ?? serviceNamed(host ?? serverName);
    if (target === undefined)
      return host === undefined && serverName === undefined ? undefined : { upstreams: [] };
    const name = serviceName(target.agent, target.service);
    const found = this.#agents.find(target.agent, target.service);
    const { mode = 'passive', tls = 'none' } = this.#options.server ?? {};
    return {
      upstreams: [
        {
          host: name,
          mode,
          tls,
          proxy: found?.proxy,
          // The agent vouches for the server: it was told which one it is, and the line to it is secure.
          ...(tls === 'none' ? {} : { tlsSettings: { insecure: true } }),
          // Nothing is dialled but by the agent, which goes nowhere else.
          passiveAddress: 'control',
          via: {
            open: (options) => {
              if (found === undefined) throw notThere(name);
              const { line } = found;
              if (line.peer.address === peer.address)
                this.#tell({ kind: 'neighbours', service: name, address: peer.address, data: 'relay' });
              return line.open({ ...options, service: target.service, client: peer });
            },
          },
        },
      ],
    };
  }
}

function notThere(name: string): FtpConnectionError {
  const text = `The server ${name} is not connected to this relay now: its agent is away; try again later`;
  return new FtpConnectionError(text, { channel: 'control', phase: 'connect' });
}

function noAnswer(error: unknown): { readonly refused: string } {
  return { refused: error instanceof Error ? error.message : String(error) };
}
