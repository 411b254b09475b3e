import { randomInt } from 'node:crypto';
import type { Socket } from 'node:net';
import { FtpConnectionError } from '@duoport/protocol';
import type { Awaitable } from './bytes.ts';
import { DataListener, type DataListenerOptions } from './data-listener.ts';
import type { ArmedLease } from './lease.ts';
import { type PortRange, sweep } from './port-range.ts';
import { errorCode, explainSocketError } from './socket-error.ts';

export interface Wanted {
  readonly peer: string | undefined;
  readonly isExclusive: boolean;
  /** The port to choose last: late SYNs of the peer's aborted transfer may still be on their way there. */
  readonly last: number | undefined;
}

/** Listeners that stay open before they are preferred to new ones. */
const enoughOpen = 64;

/** What all listeners of one address have in common. */
export interface HostPortsOptions extends Omit<DataListenerOptions, 'port'> {
  /** Undefined: the system chooses. */
  readonly range: PortRange | undefined;
}

type Arm = (listener: DataListener) => ArmedLease;

/** The data ports of one local address. */
export class HostPorts {
  readonly #options: HostPortsOptions;
  readonly #listeners = new Map<number, DataListener>();
  /** The same, to choose from. */
  #doors: readonly DataListener[] = [];
  readonly #opening = new Map<number, Promise<DataListener | undefined>>();

  #closed = false;

  constructor(options: HostPortsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#listeners.size;
  }

  /** Finds a port with room and arms it in the same tick. Undefined: all are taken. */
  claim(wanted: Wanted, arm: Arm): Awaitable<ArmedLease | undefined> {
    const { range } = this.#options;
    // Where there are enough doors to choose from at random, one more for every transfer would cost more than the transfer.
    const armed =
      range === undefined || this.#doors.length >= enoughOpen ? this.#claimOpen(wanted, arm) : undefined;
    return armed ?? (range ? this.#claimFrom(range, wanted, arm) : this.#claimNew(arm));
  }

  /** Gives it to the lease of its peer on that port, if there is one. */
  offer(socket: Socket, port: number): boolean {
    return this.#listeners.get(port)?.offer(socket) === true;
  }

  /** Closes a listener that nobody needs, unless it is one of the `keep` to be kept for the next lease. */
  trim(listener: DataListener, keep: number): void {
    if (this.#listeners.size <= keep) return;
    this.#listeners.delete(listener.endpoint.port);
    this.#doors = [...this.#listeners.values()];
    void listener.close();
  }

  /** Closes all that nobody needs. */
  trimAll(): void {
    for (const listener of [...this.#listeners.values()]) if (listener.idle) this.trim(listener, 0);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#opening.values());
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    this.#doors = [];
    await Promise.all(listeners.map((listener) => listener.close()));
  }

  async #claimFrom(range: PortRange, wanted: Wanted, arm: Arm): Promise<ArmedLease | undefined> {
    for (const port of sweep(range, wanted.last)) {
      let listener = this.#listeners.get(port);
      if (!listener) listener = await this.#open(port);
      if (listener?.hasRoom(wanted.peer, wanted.isExclusive)) return arm(listener);
    }
    return undefined;
  }

  /** The system chooses the port. */
  async #claimNew(arm: Arm): Promise<ArmedLease | undefined> {
    const fresh = await this.#listen(0);
    return fresh && arm(fresh);
  }

  #claimOpen(wanted: Wanted, arm: Arm): ArmedLease | undefined {
    const open = this.#doors;
    const start = open.length > 0 ? randomInt(open.length) : 0;
    for (let step = 0; step < open.length; step += 1) {
      const listener = open[(start + step) % open.length];
      if (!listener || listener.endpoint.port === wanted.last) continue;
      if (listener.hasRoom(wanted.peer, wanted.isExclusive)) return arm(listener);
    }
    return undefined;
  }

  /** Two claims that want the same port open it once. */
  #open(port: number): Promise<DataListener | undefined> {
    const running = this.#opening.get(port);
    if (running) return running;
    const opening = this.#listen(port).finally(() => this.#opening.delete(port));
    this.#opening.set(port, opening);
    return opening;
  }

  /** Undefined when another program has the port: the next one may do. */
  async #listen(port: number): Promise<DataListener | undefined> {
    try {
      const listener = await DataListener.open({ ...this.#options, port });
      if (this.#closed) {
        await listener.close();
        return undefined;
      }
      this.#listeners.set(listener.endpoint.port, listener);
      this.#doors = [...this.#listeners.values()];
      return listener;
    } catch (cause) {
      const code = errorCode(cause);
      if (port !== 0 && (code === 'EADDRINUSE' || code === 'EACCES')) return undefined;
      const text = `Could not listen for data connections on ${this.#options.host} port ${port}: ${explainSocketError(cause)}`;
      throw new FtpConnectionError(text, { channel: 'data', phase: 'listen', cause });
    }
  }
}
