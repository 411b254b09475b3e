import { formatEndpoint } from '@duoport/protocol';
import type { ServerEvent } from '@duoport/server';
import { printable } from '../printable.ts';
import { formatBytes } from '../transfer/progress-line.ts';
import { dataFailedLine, dataShutLines } from './data-lines.ts';

/** Turns what the server tells into lines for a person. Remembers who is logged in on which session. */
export class SessionLog {
  readonly #verbose: boolean;
  readonly #users = new Map<number, string>();
  readonly #closed: number[] = [];

  constructor(options: { readonly verbose: boolean }) {
    this.#verbose = options.verbose;
  }

  /** Undefined: not worth a line. */
  line(event: ServerEvent, now: Date): string | undefined {
    const text = this.#text(event);
    return text === undefined ? undefined : `${clock(now)} #${event.session} ${text}`;
  }

  /** The same as plain data, for --json. */
  object(event: ServerEvent, now: Date): object {
    const { kind, session, peer, ...rest } = event;
    const facts =
      'error' in rest
        ? { ...rest, error: String(rest.error) }
        : 'reply' in rest
          ? { ...rest, reply: rest.reply.code }
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
    if (event.kind === 'login') this.#users.set(event.session, event.user);
    const user = this.#users.get(event.session);
    if (event.kind === 'closed') this.#forget(event.session);
    return user === undefined ? {} : { user };
  }

  /** A transfer that the end of its session broke off is told after that end, so the last few users are still known. */
  #forget(session: number): void {
    this.#closed.push(session);
    while (this.#closed.length > 100) this.#users.delete(this.#closed.shift() ?? session);
  }

  #text(event: ServerEvent): string | undefined {
    const peer = formatEndpoint(event.peer);
    const { user = 'nobody' } = this.#user(event);
    switch (event.kind) {
      case 'connected':
        return this.#verbose ? `${peer} connected` : undefined;
      case 'secured':
        return this.#verbose ? `${peer} TLS: ${event.protocol}` : undefined;
      case 'login':
        return `${peer} logged in as ${printable(event.user)}${event.secure ? ' over TLS' : ''}`;
      case 'login-refused':
        return `${peer} was refused as ${printable(event.user)}${because(event)}`;
      case 'logins-unavailable':
        return `${peer} could not log in as ${printable(event.user)}: ${printable(event.because)}`;
      case 'transfer':
        return transferText(event, user);
      case 'data-failed':
        return `${peer} ${dataFailedLine(event, user)}`;
      case 'data-shut':
        return dataShutLines(event).join('\n');
      case 'closed':
        return this.#verbose ? `${peer} closed: ${printable(event.reason)}` : undefined;
      case 'bug':
        return `${peer} a fault of duoport in ${event.verb}: ${printable(String(event.error))}`;
    }
  }
}

function because(event: { readonly because?: string }): string {
  return event.because === undefined ? '' : `: ${printable(event.because)}`;
}

function transferText(event: Extract<ServerEvent, { readonly kind: 'transfer' }>, user: string): string {
  const { verb, path, mode, secure, bytes, duration, reply } = event;
  const seconds = duration / 1000;
  const facts = [
    mode === 'none' ? 'no data connection' : mode,
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
