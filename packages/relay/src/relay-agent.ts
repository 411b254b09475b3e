import type { KeyObject } from 'node:crypto';
import type { GatewayLog, ServerMode } from '@duoport/gateway';
import {
  type AgentLine,
  decodeEndpoint,
  decodeWord,
  dialRelay,
  type Facts,
  type HttpProxy,
  mover,
  type PoolGauges,
  PortPool,
  type PortRange,
  type TlsClientSettings,
} from '@duoport/net';
import { FtpConnectionError } from '@duoport/protocol';
import { publicKeyOf, signBinding } from './agent-key.ts';
import { type AgentService, AgentSession } from './agent-session.ts';
import { backOff } from './back-off.ts';
import { decodePorts, encodePlaces, encodeServices, said } from './dialogue.ts';
import { type DirectOptions, type DirectPlaces, openDirectPlaces } from './direct-places.ts';
import type { AgentEvent } from './log.ts';
import { OwnSessions } from './own-sessions.ts';

export interface RelayAgentOptions {
  readonly relay: {
    readonly host: string;
    readonly port: number;
    /** How the relay is known: the fingerprint of its certificate, or the authorities that vouch for it. */
    readonly tls?: Pick<TlsClientSettings, 'ca' | 'fingerprint' | 'servername'>;
    /** An HTTP proxy on the way out. */
    readonly proxy?: HttpProxy | undefined;
  };
  readonly name: string;
  readonly key: KeyObject;
  /** The secret of an invitation: needed once, before the relay knows the key. */
  readonly secret?: string | undefined;
  readonly services: readonly AgentService[];
  /** Ports that active servers dial in to. */
  readonly ports?: PortRange | undefined;
  /** Version of the PROXY header by which the servers are told who their clients are. Default: none. */
  readonly proxyHeader?: 1 | 2 | undefined;
  /**
   * Clients in the private network of this agent, who reach the relay by the same public address: their sessions are the agent's, and
   * passive ones are told its private address where the reply names one. Ports for them. Default: they are served as all others.
   */
  readonly neighbours?: { readonly ports?: PortRange | undefined } | undefined;
  /** Lets the relay dial in beside the line, for the bytes of data connections. Default: all go over the line. */
  readonly direct?: DirectOptions | undefined;
  /** How data connections come about beside the server, for sessions that the agent holds. Default passive. */
  readonly serverMode?: ServerMode | undefined;
  /** Default 10,000. */
  readonly maxSessions?: number | undefined;
  readonly log?: ((event: AgentEvent) => void) | undefined;
  /** What the sessions that the agent holds tell. */
  readonly sessionLog?: GatewayLog | undefined;
}

/** Beside a server that nobody can dial: dials its relay, and lets the relay's clients in to this server alone. */
export class RelayAgent implements AsyncDisposable {
  readonly #options: RelayAgentOptions;
  readonly #pool: PortPool;
  readonly #stop = new AbortController();
  #line: AgentLine | undefined;
  #own: OwnSessions | undefined;
  #direct: DirectPlaces | undefined;
  #session: AgentSession | undefined;
  #secret: string | undefined;
  #refusal: string | undefined;
  #welcomed = false;

  constructor(options: RelayAgentOptions) {
    this.#options = options;
    this.#secret = options.secret;
    this.#pool = new PortPool({ ports: options.ports });
  }

  /** Clients' sessions that are open now, those of the relay and those that the agent holds itself. */
  get sessions(): number {
    return (this.#session?.sessions ?? 0) + (this.#own?.sessions ?? 0);
  }

  /** The ports that active servers dial in to. */
  get ports(): PoolGauges {
    return this.#pool.gauges();
  }

  /**
   * Connects and stays connected until it is closed: a line that is lost is made again. Resolves when it was closed; rejects with
   * FTP_CONNECTION when the relay refuses this agent, which trying again does not change.
   */
  async run(): Promise<void> {
    let failures = 0;
    const { signal } = this.#stop;
    await this.#openDirect();
    while (!signal.aborted) {
      const because = await this.#connect();
      if (signal.aborted) return;
      if (this.#refusal !== undefined)
        throw new FtpConnectionError(`The relay refuses this agent: ${this.#refusal}`, where);
      // A line that was welcomed was no failure of the relay's: it is tried again soon.
      failures = this.#welcomed ? 1 : failures + 1;
      const again = backOff(failures, Math.random());
      this.#options.log?.({ kind: 'lost', because, again });
      await pause(again, signal);
    }
  }

  /** Sessions that the agent holds are told 421 and have `grace` milliseconds to end; those of the relay's clients are cut. */
  async close({ grace = 1000 }: { readonly grace?: number } = {}): Promise<void> {
    this.#stop.abort();
    const own = this.#own;
    if (own !== undefined && own.sessions > 0) await own.close(grace);
    this.#line?.close('the agent is shutting down');
    await this.#line?.closed;
    this.#direct?.listener.close();
    await this.#pool.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Without it all goes over the line. */
  async #openDirect(): Promise<void> {
    const { direct, log } = this.#options;
    if (direct === undefined || this.#stop.signal.aborted) return;
    const clear = direct.clear === true && mover.isPossible;
    if (clear !== (direct.clear ?? false))
      log?.({ kind: 'failed', what: 'plain connections', error: 'they need Linux and the package koffi' });
    try {
      this.#direct = await openDirectPlaces({ ...direct, clear });
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      log?.({ kind: 'failed', what: 'a port for the relay', error: text });
    }
    if (this.#stop.signal.aborted) this.#direct?.listener.close();
  }

  /** Resolves with the reason when the line is gone, or did not come to be. */
  async #connect(): Promise<string> {
    const { relay, services, maxSessions = 10_000, log = ignore } = this.#options;
    const { host, port, tls = {}, proxy } = relay;
    const session = new AgentSession({ services, pool: this.#pool, maxSessions, tell: log });
    const own = new OwnSessions({ ...this.#options, pool: this.#pool });
    this.#session = session;
    this.#welcomed = false;
    this.#own = own;
    try {
      const line = await dialRelay(
        { host, port, tls, proxy, signal: this.#stop.signal },
        {
          direct: this.#direct?.listener,
          answer: (path, facts, line) => {
            this.#welcomed ||= path === '/welcome';
            return this.#answer(line, path, facts);
          },
          // A relay that has not welcomed us wants nothing of us.
          request: (request) =>
            this.#welcomed ? session.handle(request) : request.refuse('the agent was not welcomed'),
          carried: (facts, take) => {
            const because = this.#welcomed ? own.objection(facts) : 'the agent was not welcomed';
            if (because === undefined) own.begin(take(), facts, this.#line?.local.address);
            else log({ kind: 'refused', what: 'a session', because });
            return because;
          },
        },
      );
      this.#line = line;
      if (this.#stop.signal.aborted) line.close('the agent is shutting down');
      return await line.closed;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      this.#line = undefined;
      this.#own = undefined;
      await own.close(0);
    }
  }

  #answer(line: AgentLine, path: string, facts: Facts): Facts | undefined {
    const { name, key, services, proxyHeader, neighbours } = this.#options;
    const endToEnd = services.filter(({ tls }) => tls !== undefined).map((service) => service.name);
    switch (path) {
      case '/hello':
        return {
          [said.agent]: name,
          [said.key]: publicKeyOf(key),
          [said.signature]: signBinding(key, name, line.binding),
          [said.services]: encodeServices(services.map((service) => service.name)),
          ...(endToEnd.length === 0 ? {} : { [said.endToEnd]: encodeServices(endToEnd) }),
          ...(this.#direct === undefined ? {} : { [said.direct]: encodePlaces(this.#direct.places) }),
          ...(this.#direct?.listener.clear ? { [said.clear]: '1' } : {}),
          ...(neighbours === undefined ? {} : { [said.neighbours]: 'private' }),
          ...(proxyHeader === undefined ? {} : { [said.proxy]: String(proxyHeader) }),
          ...(this.#secret === undefined ? {} : { [said.secret]: this.#secret }),
        };
      case '/welcome': {
        // Used up: the relay knows the key from now on.
        this.#secret = undefined;
        this.#line = line;
        const ports = decodePorts(facts[said.services] ?? '');
        this.#options.log?.({ kind: 'connected', relay: line.relay, services: ports });
        return {};
      }
      case '/way': {
        const at = decodeEndpoint(facts[said.at]);
        const because = decodeWord(facts[said.because]) ?? 'the relay does not say why';
        this.#options.log?.({ kind: 'way', ...(at ? { way: 'direct', at } : { way: 'relayed', because }) });
        return {};
      }
      case '/closing':
        this.#own?.close(untilTheRelayCloses).catch(() => undefined);
        return {};
      case '/refused':
        this.#refusal = decodeWord(facts[said.because]) ?? 'without a reason';
        return {};
      default:
        return undefined;
    }
  }
}

/** Milliseconds: the relay gives its transfers a time, and then ends the line. */
const untilTheRelayCloses = 2 ** 31 - 1;

const where = { channel: 'control', phase: 'login' } as const;

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}

function ignore(): void {}
