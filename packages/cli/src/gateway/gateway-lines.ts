import type { GatewayEvent, HealthEvent } from '@duoport/gateway';
import { formatEndpoint } from '@duoport/protocol';
import { printable } from '../printable.ts';
import { clock } from '../serve/session-log.ts';
import { formatBytes } from '../transfer/progress-line.ts';

/** What has become of a server, for a person. */
export function healthLine({ host, port, state, because }: HealthEvent, now: Date): string {
  const how = { healthy: 'is used again', unhealthy: 'is unhealthy', ejected: 'is left alone for a while' };
  const what = state === 'draining' ? 'takes no new sessions' : how[state];
  return `${clock(now)} server ${printable(host)}:${port} ${what}: ${printable(because)}`;
}

/** Turns what the gateway tells into lines for a person. Remembers who is logged in on which session. */
export class GatewayLines {
  readonly #verbose: boolean;
  readonly #sessions = new Map<number, { user?: string; server?: string }>();

  constructor(options: { readonly verbose: boolean }) {
    this.#verbose = options.verbose;
  }

  /** Undefined: not worth a line. */
  line(event: GatewayEvent, now: Date): string | undefined {
    const text = this.#text(event);
    return text === undefined ? undefined : `${clock(now)} #${event.session} ${text}`;
  }

  /** The same as plain data, for --json. */
  object(event: GatewayEvent, now: Date): object {
    const { kind, session, client, ...rest } = event;
    const known = this.#remember(event);
    const facts = {
      ...rest,
      ...('error' in rest ? { error: String(rest.error) } : {}),
      ...('reply' in rest ? { reply: rest.reply.code } : {}),
      ...('server' in rest ? { server: formatEndpoint(rest.server) } : {}),
    };
    return {
      event: kind,
      time: now.toISOString(),
      session,
      client: formatEndpoint(client),
      ...known,
      ...facts,
    };
  }

  #remember(event: GatewayEvent): { readonly user?: string; readonly server?: string } {
    const known = this.#sessions.get(event.session) ?? {};
    if (event.kind === 'connected') this.#sessions.set(event.session, known);
    if (event.kind === 'linked') known.server = formatEndpoint(event.server);
    if (event.kind === 'login' && event.reply.code === 230) known.user = event.user;
    if (event.kind === 'closed') this.#sessions.delete(event.session);
    return known;
  }

  #text(event: GatewayEvent): string | undefined {
    const client = formatEndpoint(event.client);
    const { user = 'nobody', server = 'no server' } = this.#remember(event);
    switch (event.kind) {
      case 'connected':
        return this.#verbose ? `${client} connected` : undefined;
      case 'secured':
        return this.#verbose ? `${client} TLS: ${event.protocol}` : undefined;
      case 'linked':
        return this.#verbose ? `${client} goes to ${server}${event.secure ? ' over TLS' : ''}` : undefined;
      case 'link-failed':
        return `${client} could not go to ${printable(event.host)}: ${printable(event.error)}`;
      case 'login':
        return event.reply.code === 230
          ? `${client} logged in as ${printable(event.user)} at ${server}`
          : `${client} was refused as ${printable(event.user)} by ${server}`;
      case 'transfer':
        return transferText(event, user);
      case 'passed':
        return passedText(event);
      case 'closed':
        return this.#verbose ? `${client} closed: ${printable(event.reason)}` : undefined;
      case 'bug':
        return `${client} a fault of duoport in ${event.verb}: ${printable(String(event.error))}`;
    }
  }
}

/** What it was for is between the client and the server. */
function passedText(event: Extract<GatewayEvent, { readonly kind: 'passed' }>): string {
  const { client, server, toClient, toServer, because } = event;
  const counts = `${toClient.toLocaleString('en-US')} bytes to the client, ${toServer.toLocaleString('en-US')} to the server`;
  const end = because === undefined ? '' : `, cut: ${printable(because)}`;
  return `${formatEndpoint(client)} data connection to ${formatEndpoint(server)}: ${counts}${end}`;
}

function transferText(event: Extract<GatewayEvent, { readonly kind: 'transfer' }>, user: string): string {
  const { verb, argument = '', bytes, duration, reply } = event;
  const seconds = duration / 1000;
  const facts = [
    `client ${event.clientMode}${event.clientSecure ? ' TLS' : ''}`,
    `server ${event.serverMode}${event.serverSecure ? ' TLS' : ''}`,
    `${bytes.toLocaleString('en-US')} bytes`,
    `${seconds.toFixed(2)} s`,
    ...(seconds > 0 && bytes > 0 ? [`${formatBytes(bytes / seconds)}/s`] : []),
    ...(reply.code < 300 ? [] : [`${reply.code} ${printable(reply.lines[0] ?? '')}`]),
  ];
  return `${printable(user)} ${`${verb} ${printable(argument)}`.trim()}: ${facts.join(', ')}`;
}
