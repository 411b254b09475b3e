import { type ConnectOptions, connect, type FtpClient, type Target } from '@duoport/client';
import type { TraceEvent } from '@duoport/net';
import type { Terminal } from '../terminal.ts';
import { TraceRenderer } from '../trace/trace-renderer.ts';
import { findCredentials } from './credentials.ts';

export interface ConnectionsOptions {
  readonly terminal: Terminal;
  readonly connect: ConnectOptions;
  readonly passwordFile?: string | undefined;
  readonly netrc: boolean;
  readonly trace: boolean;
}

/** One logged-in client for each server and user that a command line names, made when it is first needed. */
export class Connections implements AsyncDisposable {
  readonly #options: ConnectionsOptions;
  readonly #clients = new Map<string, FtpClient>();
  readonly #renderer: TraceRenderer | undefined;
  #mode: 'passive' | 'active' | undefined;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#renderer = options.trace ? new TraceRenderer(options.terminal) : undefined;
  }

  /** How the latest data connection was opened: for the progress bar, which is drawn before the transfer has a result. */
  get mode(): string {
    return this.#mode ?? '';
  }

  /** A client for this server; `again` makes a second connection beside the first (both ends of a copy on one server). */
  async open(target: Target, again: 'first' | 'second' = 'first'): Promise<FtpClient> {
    const { secure, host, port, user, password } = target;
    const key = JSON.stringify([again, secure, host, port, user, password]);
    const known = this.#clients.get(key);
    if (known !== undefined && !known.closed) return known;
    const { terminal, passwordFile, netrc } = this.#options;
    const credentials = await findCredentials(target, { io: terminal.io, passwordFile, netrc });
    const client = await connect(
      { ...target, user: undefined, password: undefined },
      { ...this.#options.connect, ...credentials, trace: (event) => this.#see(event) },
    );
    this.#clients.set(key, client);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#clients.values()].map((client) => client.close()));
    for (const line of this.#renderer?.flush() ?? []) this.#options.terminal.warn(line);
  }

  #see(event: TraceEvent): void {
    if (event.kind === 'open' && event.connection !== 'control')
      this.#mode = event.by === 'client' ? 'passive' : 'active';
    for (const line of this.#renderer?.push(event) ?? []) this.#options.terminal.warn(line);
  }
}
