import type { FtpGateway, GatewayListen } from '@duoport/gateway';
import type { PortRange } from '@duoport/net';
import type { RelayEvent } from './log.ts';
import { serviceName } from './names.ts';
import type { AgentRegistry } from './registry.ts';

export interface PublicationOptions {
  readonly gateway: FtpGateway;
  readonly registry: AgentRegistry;
  readonly host: string | undefined;
  /** Control ports of the services, one each. Undefined: they share the ports that the gateway listens on anyhow. */
  readonly controlPorts: PortRange | undefined;
  /** Control ports of one agent. */
  readonly maxServices: number;
  /** Takes connections of clients that are not the gateway's. */
  readonly divert: NonNullable<GatewayListen['divert']>;
  readonly tell: (event: RelayEvent) => void;
}

/** A service of an agent. */
export interface Service {
  readonly agent: string;
  readonly service: string;
}

/** Which service clients reach at which control port. A service keeps its port, over restarts too. */
export class Publication {
  readonly #options: PublicationOptions;
  readonly #byPort = new Map<number, Service>();
  /** Ports are given out one agent after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: PublicationOptions) {
    this.#options = options;
  }

  at(port: number): Service | undefined {
    return this.#byPort.get(port);
  }

  /** Services of agents that were there before: clients get a true answer while the agent is away. */
  async restore(): Promise<void> {
    for (const { name, ports } of await this.#options.registry.all()) {
      for (const service of Object.keys(ports)) await this.publish(name, [service]);
    }
  }

  /** The control port of each of these services; 0 for those that have none of their own. */
  publish(agent: string, services: readonly string[]): Promise<Readonly<Record<string, number>>> {
    const published = this.#turn.then(() => this.#publish(agent, services));
    this.#turn = published.catch(() => undefined);
    return published;
  }

  async #publish(agent: string, services: readonly string[]): Promise<Readonly<Record<string, number>>> {
    const { registry, controlPorts } = this.#options;
    if (controlPorts === undefined) return Object.fromEntries(services.map((service) => [service, 0]));
    const kept = (await registry.find(agent))?.ports ?? {};
    const ports: Record<string, number> = {};
    for (const service of services) {
      const port =
        this.#portOf(agent, service) ??
        this.#takeOver({ agent, service }, services) ??
        (await this.#listen({ agent, service }, kept[service]));
      if (port !== undefined) ports[service] = port;
    }
    const given = new Set(Object.values(ports));
    const others = Object.entries(kept).filter(([, port]) => !given.has(port));
    if (services.some((service) => kept[service] !== ports[service]))
      await registry.keep(agent, { ports: { ...Object.fromEntries(others), ...ports } });
    return ports;
  }

  #portOf(agent: string, service: string): number | undefined {
    for (const [port, at] of this.#byPort) if (at.agent === agent && at.service === service) return port;
    return undefined;
  }

  /**
   * An agent that has all the ports it can have, and names another service, gets the port of one that it does not offer any more: with
   * ever new names it would have every port of the relay.
   */
  #takeOver(what: Service, offered: readonly string[]): number | undefined {
    const own = [...this.#byPort].filter(([, { agent }]) => agent === what.agent);
    if (own.length < this.#options.maxServices) return undefined;
    const [port] = own.find(([, { service }]) => !offered.includes(service)) ?? [];
    if (port === undefined) return undefined;
    this.#byPort.set(port, what);
    this.#options.tell({ kind: 'published', service: serviceName(what.agent, what.service), port });
    return port;
  }

  async #listen(what: Service, wanted: number | undefined): Promise<number | undefined> {
    const { gateway, host, controlPorts, divert, tell } = this.#options;
    const name = serviceName(what.agent, what.service);
    let because = 'every control port is in use: widen the range';
    for (const port of candidates(controlPorts, wanted)) {
      if (this.#byPort.has(port)) continue;
      try {
        const { port: bound } = await gateway.listen({ host, port, divert });
        this.#byPort.set(bound, what);
        tell({ kind: 'published', service: name, port: bound });
        return bound;
      } catch (error) {
        because = error instanceof Error ? error.message : String(error);
      }
    }
    tell({ kind: 'not-published', service: name, because });
    return undefined;
  }
}

function* candidates(range: PortRange | undefined, wanted: number | undefined): Generator<number> {
  if (range === undefined) return;
  if (wanted !== undefined && wanted >= range.low && wanted <= range.high) yield wanted;
  for (let port = range.low; port <= range.high; port += 1) yield port;
}
