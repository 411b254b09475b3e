import type { KeyObject } from 'node:crypto';
import {
  type AgentLine,
  decodeWord,
  dialRelay,
  type Facts,
  type HttpProxy,
  PortPool,
  type PortRange,
  type TlsClientSettings,
} from '@duoport/net';
import { FtpConnectionError } from '@duoport/protocol';
import { publicKeyOf, signBinding } from './agent-key.ts';
import { type AgentService, AgentSession } from './agent-session.ts';
import { backOff } from './back-off.ts';
import { decodePorts, encodeServices, said } from './dialogue.ts';
import type { AgentEvent } from './log.ts';

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
  /** Default 10,000. */
  readonly maxSessions?: number | undefined;
  readonly log?: ((event: AgentEvent) => void) | undefined;
}

/** Beside a server that nobody can dial: dials its relay, and lets the relay's clients in to this server alone. */
export class RelayAgent implements AsyncDisposable {
  readonly #options: RelayAgentOptions;
  readonly #pool: PortPool;
  readonly #stop = new AbortController();
  #line: AgentLine | undefined;
  #secret: string | undefined;
  #refusal: string | undefined;
  #welcomed = false;

  constructor(options: RelayAgentOptions) {
    this.#options = options;
    this.#secret = options.secret;
    this.#pool = new PortPool({ ports: options.ports });
  }

  /**
   * Connects and stays connected until it is closed: a line that is lost is made again. Resolves when it was closed; rejects with
   * FTP_CONNECTION when the relay refuses this agent, which trying again does not change.
   */
  async run(): Promise<void> {
    let failures = 0;
    const { signal } = this.#stop;
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

  async close(): Promise<void> {
    this.#stop.abort();
    this.#line?.close('the agent is shutting down');
    await this.#line?.closed;
    await this.#pool.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Resolves with the reason when the line is gone, or did not come to be. */
  async #connect(): Promise<string> {
    const { relay, services, maxSessions = 10_000, log = ignore } = this.#options;
    const { host, port, tls = {}, proxy } = relay;
    const session = new AgentSession({ services, pool: this.#pool, maxSessions, tell: log });
    this.#welcomed = false;
    try {
      const line = await dialRelay(
        { host, port, tls, proxy, signal: this.#stop.signal },
        {
          answer: (path, facts, line) => {
            this.#welcomed ||= path === '/welcome';
            return this.#answer(line, path, facts);
          },
          // A relay that has not welcomed us wants nothing of us.
          request: (request) =>
            this.#welcomed ? session.handle(request) : request.refuse('the agent was not welcomed'),
        },
      );
      this.#line = line;
      if (this.#stop.signal.aborted) line.close('the agent is shutting down');
      return await line.closed;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      this.#line = undefined;
    }
  }

  #answer(line: AgentLine, path: string, facts: Facts): Facts | undefined {
    const { name, key, services, proxyHeader } = this.#options;
    switch (path) {
      case '/hello':
        return {
          [said.agent]: name,
          [said.key]: publicKeyOf(key),
          [said.signature]: signBinding(key, name, line.binding),
          [said.services]: encodeServices(services.map((service) => service.name)),
          ...(proxyHeader === undefined ? {} : { [said.proxy]: String(proxyHeader) }),
          ...(this.#secret === undefined ? {} : { [said.secret]: this.#secret }),
        };
      case '/welcome': {
        // Used up: the relay knows the key from now on.
        this.#secret = undefined;
        const ports = decodePorts(facts[said.services] ?? '');
        this.#options.log?.({ kind: 'connected', relay: line.relay, services: ports });
        return {};
      }
      case '/refused':
        this.#refusal = decodeWord(facts[said.because]) ?? 'without a reason';
        return {};
      default:
        return undefined;
    }
  }
}

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
