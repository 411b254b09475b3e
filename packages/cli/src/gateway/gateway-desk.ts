import type { FtpGateway, FtpPassThrough, Upstream } from '@duoport/gateway';
import type { HttpPages } from '@duoport/net';
import type { AdminAnswer, AdminQuestion } from '../admin/admin-socket.ts';
import { Succession } from '../restart/succession.ts';
import type { Terminal } from '../terminal.ts';
import { CommandError } from '../usage-error.ts';
import { gatewayEstate } from './estate.ts';
import { type UpstreamUrl, upstreamText } from './upstream-url.ts';

export type RunningGateway = FtpGateway | FtpPassThrough;

export interface GatewayDeskOptions {
  readonly terminal: Terminal;
  readonly gateway: RunningGateway;
  readonly servers: readonly (Upstream & UpstreamUrl)[];
  readonly metrics: HttpPages | undefined;
}

/** Where an operator asks a running gateway how it is, and tells it what to do. */
export class GatewayDesk {
  readonly succession: Succession;
  readonly #options: GatewayDeskOptions;
  readonly #started = new Date();

  constructor(options: GatewayDeskOptions) {
    this.#options = options;
    const { terminal, gateway, metrics } = options;
    this.succession = new Succession({
      terminal,
      self: 'gateway',
      estate: () => gatewayEstate(gateway, metrics?.fd),
      leave: () => Promise.all([gateway.leave(), metrics?.[Symbol.asyncDispose]()]),
    });
  }

  async answer({ ask, server }: AdminQuestion): Promise<AdminAnswer> {
    const text = typeof server === 'string' ? server : undefined;
    switch (ask) {
      case 'status':
        return this.#status();
      case 'drain':
        if (text !== undefined) return this.#drain(text, true);
        this.succession.leave('takes no new sessions');
        return this.#status();
      case 'undrain':
        return this.#drain(text ?? '', false);
      case 'restart':
        return { ...this.#status(), successor: await this.succession.restart() };
      default:
        throw new CommandError(`A gateway knows status, drain, undrain and restart, and not ${ask}.`);
    }
  }

  #drain(text: string, draining: boolean): AdminAnswer {
    const { gateway } = this.#options;
    const meant = this.#meant(text);
    if (meant.length === 0) return { ...this.#status(), unknown: text };
    for (const server of meant) gateway.drain(server, draining);
    return this.#status(meant);
  }

  /** Servers that are written so: as `--to` has them, HOST:PORT or HOST. */
  #meant(text: string): readonly (Upstream & UpstreamUrl)[] {
    const { servers } = this.#options;
    const found = servers.filter(
      (server) =>
        server.service !== true &&
        [upstreamText(server), `${server.host}:${server.port}`, server.host].includes(text),
    );
    const [, host, port] = /^(?:ftps?:\/\/)?(.+):(\d{1,5})$/.exec(text) ?? [];
    if (found.length > 0 || host === undefined) return found;
    // The machines of a service are named by DNS alone.
    return servers
      .filter(({ service }) => service === true)
      .map(({ service: _, ...one }) => ({ ...one, host, port: Number(port) }));
  }

  #status(servers = this.#options.servers): AdminAnswer {
    const { gateway } = this.#options;
    return {
      pid: process.pid,
      started: this.#started.toISOString(),
      leaving: this.succession.isLeaving,
      sessions: gateway.sessions,
      servers: gateway.status(servers).map((status, index) => ({
        url: upstreamText(servers[index] ?? { ...status, tls: 'none' }),
        ...status,
      })),
    };
  }
}
