import type { CloseOptions, ControlListener } from '@duoport/net';
import type { Endpoint } from '@duoport/protocol';
import type { ListenOptions } from './settings.ts';

/** Where a server listens. */
export interface Listening extends Endpoint {
  readonly implicitTls: boolean;
}

/** A listening socket: what was asked for, and its descriptor. */
export interface DoorHandle {
  readonly host: string | undefined;
  readonly port: number;
  readonly implicitTls: boolean;
  readonly fd: number;
}

interface Door {
  readonly where: ListenOptions;
  readonly listener: ControlListener;
}

/** The listeners of a server, which may change while it runs. */
export class Doors {
  readonly #open: (where: ListenOptions) => Promise<ControlListener>;
  #doors: readonly Door[] = [];

  constructor(open: (where: ListenOptions) => Promise<ControlListener>) {
    this.#open = open;
  }

  get listening(): readonly Listening[] {
    return this.#doors.map(({ where, listener }) => ({
      ...listener.endpoint,
      implicitTls: where.implicitTls === true,
    }));
  }

  /** The listening sockets for another process, by their descriptors; without those that have none. */
  get handles(): readonly DoorHandle[] {
    return this.#doors.flatMap(({ where: { host, port = 21, implicitTls = false }, listener: { fd } }) =>
      fd === undefined ? [] : [{ host, port, implicitTls, fd }],
    );
  }

  /** Opens what is new, then closes what is asked for no more. When it rejects, all is as it was. */
  async change(wanted: readonly ListenOptions[]): Promise<void> {
    const left = [...this.#doors];
    const opened: Door[] = [];
    const next: Door[] = [];
    try {
      for (const where of wanted) {
        const at = left.findIndex((door) => same(door.where, where));
        const [known] = at < 0 ? [] : left.splice(at, 1);
        const door = known ?? { where, listener: await this.#open(where) };
        if (known === undefined) opened.push(door);
        next.push(door);
      }
    } catch (error) {
      await closed(opened);
      throw error;
    }
    this.#doors = next;
    await closed(left);
  }

  async close(how?: CloseOptions): Promise<void> {
    const doors = this.#doors;
    this.#doors = [];
    await closed(doors, how);
  }
}

async function closed(doors: readonly Door[], how?: CloseOptions): Promise<void> {
  await Promise.all(doors.map(({ listener }) => listener.close(how)));
}

function same(one: ListenOptions, other: ListenOptions): boolean {
  return (
    one.host === other.host &&
    (one.port ?? 21) === (other.port ?? 21) &&
    (one.implicitTls ?? false) === (other.implicitTls ?? false)
  );
}
