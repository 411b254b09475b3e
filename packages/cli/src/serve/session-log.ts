import { formatEndpoint } from '@duoport/protocol';
import type { OpenedData, ServerEvent } from '@duoport/server';
import { printable } from '../printable.ts';
import { SessionUsers } from '../seeing/session-users.ts';
import { formatBytes } from '../transfer/progress-line.ts';
import { dataFailedLine, dataShutLines } from './data-lines.ts';
import { defenceLine } from './defence-lines.ts';

/** Turns what the server tells into lines for a person. Remembers who is logged in on which session. */
export class SessionLog {
  readonly #verbose: boolean;
  readonly #users = new SessionUsers();

  constructor(options: { readonly verbose: boolean }) {
    this.#verbose = options.verbose;
  }

  /** Undefined: not worth a line. */
  line(event: ServerEvent, now: Date): string | undefined {
    const text = this.#text(event);
    if (text === undefined) return undefined;
    return event.session === 0 ? `${clock(now)} ${text}` : `${clock(now)} #${event.session} ${text}`;
  }

  /** The same as plain data, for --json. */
  object(event: ServerEvent, now: Date): object {
    const { kind, session, peer, ...rest } = event;
    const facts =
      'error' in rest
        ? { ...rest, error: String(rest.error) }
        : 'reply' in rest
          ? {
              ...rest,
              duration: rounded(rest.duration),
              reply: rest.reply.code,
              data: rest.data && dataFacts(rest.data),
            }
          : rest;
    return {
      event: kind,
      time: now.toISOString(),
      session,
      peer: formatEndpoint(peer),
      ...this.#user(event),
      ...facts,
    };
  }

  #user(event: ServerEvent): { readonly user?: string } {
    const user = this.#users.of(event);
    return user === undefined ? {} : { user: user.name };
  }

  #text(event: ServerEvent): string | undefined {
    const peer = formatEndpoint(event.peer);
    const { user = 'nobody' } = this.#user(event);
    switch (event.kind) {
      case 'connected':
        return this.#verbose ? `${peer} connected` : undefined;
      case 'secured':
        return this.#verbose ? `${peer} TLS: ${event.protocol}${securedText(event)}` : undefined;
      case 'tls-failed':
        return `${peer} got no TLS: ${printable(event.because)}`;
      case 'login':
        return `${peer} logged in as ${printable(event.user)}${event.secure ? ' over TLS' : ''}`;
      case 'login-refused':
        return `${peer} was refused as ${printable(event.user)}${because(event)}`;
      case 'logins-unavailable':
        return `${peer} could not log in as ${printable(event.user)}: ${printable(event.because)}`;
      case 'transfer':
        return transferText(event, user, this.#verbose);
      case 'changed':
        return changedText(event, user);
      case 'data-failed':
        return `${peer} ${dataFailedLine(event, user)}`;
      case 'data-shut':
        return dataShutLines(event).join('\n');
      case 'limited':
      case 'offence':
      case 'ban':
      case 'unban':
      case 'defence-alone':
      case 'defence-shared':
        return defenceLine(event, peer, this.#verbose);
      case 'closed':
        return this.#verbose ? `${peer} closed: ${printable(event.reason)}` : undefined;
      case 'bug':
        return `${peer} a fault of duoport in ${event.verb}: ${printable(String(event.error))}`;
    }
  }
}

function securedText(event: Extract<ServerEvent, { readonly kind: 'secured' }>): string {
  const { serverName, certificate } = event;
  const asked = serverName === undefined ? '' : `, asked for ${printable(serverName)}`;
  return certificate === undefined ? asked : `${asked}, with the certificate of ${printable(certificate)}`;
}

function because(event: { readonly because?: string }): string {
  return event.because === undefined ? '' : `: ${printable(event.because)}`;
}

function changedText(event: Extract<ServerEvent, { readonly kind: 'changed' }>, user: string): string {
  const what = {
    deleted: 'removed the file',
    'made-directory': 'made the directory',
    'removed-directory': 'removed the directory',
    renamed: 'renamed',
  }[event.change];
  const to = event.change === 'renamed' ? ` to ${printable(event.to)}` : '';
  return `${printable(user)} ${what} ${printable(event.path)}${to}`;
}

/** Endpoints as they are written everywhere. */
function dataFacts({ from, to, dialledBy, waited, resumed }: OpenedData): object {
  return { from: formatEndpoint(from), to: formatEndpoint(to), dialledBy, waited: rounded(waited), resumed };
}

/** Microseconds are enough. */
function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}

function transferText(
  event: Extract<ServerEvent, { readonly kind: 'transfer' }>,
  user: string,
  verbose: boolean,
): string {
  const { verb, path, mode, secure, bytes, duration, reply, data } = event;
  const seconds = duration / 1000;
  const facts = [
    mode === 'none' ? 'no data connection' : mode,
    ...(verbose && data !== undefined ? [`${formatEndpoint(data.from)} → ${formatEndpoint(data.to)}`] : []),
    ...(secure ? ['TLS'] : []),
    `${bytes.toLocaleString('en-US')} bytes`,
    `${seconds.toFixed(2)} s`,
    ...(seconds > 0 && bytes > 0 ? [`${formatBytes(bytes / seconds)}/s`] : []),
    ...(reply.code < 300 ? [] : [`${reply.code} ${printable(reply.lines[0] ?? '')}`]),
  ];
  return `${printable(user)} ${verb} ${printable(path)}: ${facts.join(', ')}`;
}

/** Local time: the person at the terminal looks at a local clock. */
export function clock(now: Date): string {
  return [now.getHours(), now.getMinutes(), now.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}
