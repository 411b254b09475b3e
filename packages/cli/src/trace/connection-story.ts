import type { Side, TraceEvent } from '@duoport/net';
import { type Endpoint, formatEndpoint } from '@duoport/protocol';

type ConnectionEvent = Extract<TraceEvent, { readonly connection: string }>;

/** What has happened on one connection so far: enough to say in one sentence who did what. */
export class ConnectionStory {
  readonly name: string;
  #opened:
    | { readonly by: Side; readonly from: Endpoint; readonly to: Endpoint; readonly at: number }
    | undefined;
  #tls: string | undefined;
  #ended: { readonly by: Side; readonly how: string } | undefined;
  #failed: string | undefined;
  #strays = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** Nobody has closed this connection before. */
  get stillOpen(): boolean {
    return this.#ended === undefined;
  }

  see(event: ConnectionEvent): void {
    if (event.kind === 'open') this.#opened = event;
    else if (event.kind === 'tls') this.#tls = `${event.protocol}, ${session(event.reused)}`;
    else if (event.kind === 'clear') this.#tls = undefined;
    else if (event.kind === 'fin') this.#ended ??= { by: event.from, how: 'FIN' };
    else if (event.kind === 'reset') this.#ended ??= { by: event.from, how: 'RST' };
    else if (event.kind === 'stray') this.#strays += 1;
    else if (event.kind === 'failed') this.#failed ??= `${event.phase} failed: ${event.error}`;
  }

  /** The sentence that is printed when the connection is gone. */
  summary(closed: Extract<TraceEvent, { readonly kind: 'closed' }>): string {
    const opened = this.#opened;
    const parts = [this.#dialled(opened)];
    if (opened !== undefined) {
      parts.push(this.#tls ?? 'no TLS', bytes(closed));
      parts.push(
        this.#ended === undefined
          ? `closed by the ${closed.by}`
          : `the ${this.#ended.by} closed first (${this.#ended.how})`,
      );
      parts.push(`${(closed.at - opened.at).toFixed(1)} ms`);
    }
    if (this.#strays > 0) parts.push(`${this.#strays} turned away`);
    if (this.#failed !== undefined) parts.push(this.#failed);
    return `${this.name}: ${parts.join('; ')}`;
  }

  #dialled(
    opened: { readonly by: Side; readonly from: Endpoint; readonly to: Endpoint } | undefined,
  ): string {
    if (opened === undefined) return 'was never opened';
    const { by, from, to } = opened;
    const mode = this.name === 'control' ? '' : by === 'client' ? ' (passive)' : ' (active)';
    return `the ${by} dialled ${formatEndpoint(to)} of the ${other(by)} from its ${formatEndpoint(from)}${mode}`;
  }
}

/** In words, whether a TLS session was resumed. */
export function session(reused: boolean): string {
  return reused ? 'session resumed' : 'new session';
}

function other(side: Side): Side {
  return side === 'client' ? 'server' : 'client';
}

function bytes(closed: { readonly by: Side; readonly sent: number; readonly received: number }): string {
  const [up, down] = closed.by === 'client' ? [closed.sent, closed.received] : [closed.received, closed.sent];
  const parts = [
    up > 0 ? `${count(up)} to the server` : '',
    down > 0 ? `${count(down)} to the client` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'no bytes' : parts.join(', ');
}

function count(number: number): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? 'byte' : 'bytes'}`;
}
