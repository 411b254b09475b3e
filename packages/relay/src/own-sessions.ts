import { createGateway, type FtpGateway, type GatewayOptions, neighbourWay } from '@duoport/gateway';
import { type CarriedClient, type CarriedFacts, dial, dialControl, PortPool, TlsServer } from '@duoport/net';
import { FtpConnectionError } from '@duoport/protocol';
import { type AgentService, dataPortObjection } from './agent-session.ts';
import type { RelayAgentOptions } from './relay-agent.ts';

export interface OwnSessionsOptions
  extends Pick<
    RelayAgentOptions,
    'services' | 'proxyHeader' | 'neighbours' | 'serverMode' | 'maxSessions' | 'sessionLog'
  > {
  /** Ports that active servers dial in to. */
  readonly pool: PortPool;
}

/**
 * Sessions that the agent holds itself, for clients whose control connections the relay passes on as they are: those of services whose
 * TLS ends here, and those of neighbours. Each service has a gateway.
 */
export class OwnSessions {
  readonly #options: OwnSessionsOptions;
  readonly #services: ReadonlyMap<string, AgentService>;
  readonly #gateways = new Map<string, FtpGateway>();
  readonly #neighbours: PortPool;

  constructor(options: OwnSessionsOptions) {
    this.#options = options;
    this.#services = new Map(options.services.map((service) => [service.name, service]));
    this.#neighbours = new PortPool({ ports: options.neighbours?.ports });
  }

  get sessions(): number {
    let count = 0;
    for (const { sessions } of this.#gateways.values()) count += sessions;
    return count;
  }

  /** Why this client is not served here. `address`: by which this machine reaches the relay. */
  objection({ service: name, implicitTls, neighbour }: CarriedFacts): string | undefined {
    const service = this.#services.get(name);
    if (service === undefined) return `there is no service ${JSON.stringify(name)} here`;
    const isOwn = service.tls !== undefined || (neighbour && this.#options.neighbours !== undefined);
    if (!isOwn || (implicitTls && service.tls === undefined))
      return 'sessions of this service are the relay’s';
    return undefined;
  }

  /** Serves a client that there is no objection to. */
  begin(client: CarriedClient, facts: CarriedFacts, address: string | undefined): void {
    const service = this.#services.get(facts.service);
    if (service === undefined) return;
    const gateway = this.#gatewayOf(service);
    const isNear = facts.neighbour && this.#options.neighbours !== undefined && address !== undefined;
    const way = isNear
      ? neighbourWay(client, { pool: this.#neighbours, address, client: facts.client.address })
      : client;
    const { control } = client;
    if (!facts.implicitTls || service.tls === undefined) return gateway.accept(control, { way });
    const tls = new TlsServer(service.tls).session();
    control.startTls(tls).then(
      () => gateway.accept(control, { tls, way }),
      () => undefined, // it has closed the connection
    );
  }

  /** Says 421 to all; transfers that run may finish within `grace` milliseconds. */
  async close(grace: number): Promise<void> {
    await Promise.all([...this.#gateways.values()].map((gateway) => gateway.close({ grace })));
    await this.#neighbours.close();
  }

  #gatewayOf(service: AgentService): FtpGateway {
    const known = this.#gateways.get(service.name);
    if (known !== undefined) return known;
    const gateway = createGateway(this.#gatewayOptions(service));
    this.#gateways.set(service.name, gateway);
    return gateway;
  }

  #gatewayOptions(service: AgentService): GatewayOptions {
    const { pool, proxyHeader, serverMode = 'passive', maxSessions, sessionLog } = this.#options;
    const { host, port, tls } = service;
    return {
      listen: [],
      to: [
        {
          host,
          port,
          mode: serverMode,
          proxy: proxyHeader,
          passiveAddress: 'control',
          via: {
            open: async (options) => ({
              control: await dialControl(options),
              data: {
                dial: async (to, how) => {
                  const because = dataPortObjection(service, to.port);
                  if (because === undefined) return await dial(to, how);
                  throw new FtpConnectionError(because, { channel: 'data', phase: 'connect', peer: to });
                },
                lease: (request) => pool.lease(request),
              },
            }),
          },
        },
      ],
      ...(tls === undefined ? {} : { client: { tls } }),
      commands: { requireTls: service.requireTls ?? 'none' },
      greeting: 'duoport FTP relay ready.',
      maxSessions,
      log: sessionLog,
    };
  }
}
