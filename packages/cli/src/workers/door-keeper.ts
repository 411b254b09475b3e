import type { AcceptedConnection, DataDoor, DataPlace } from '@duoport/net';
import type { FromDoorKeeper, ToDoorKeeper } from './messages.ts';

/** Hands a connection over to the other process. */
type HandOver = (message: FromDoorKeeper, connection: AcceptedConnection) => void;

/** What another process expects at the door of this one. */
export class DoorKeeper {
  readonly #door: DataDoor;
  readonly #tell: (message: FromDoorKeeper) => void;
  readonly #handOver: HandOver;
  /** Undefined: it waits for its turn. */
  readonly #places = new Map<number, DataPlace | undefined>();

  constructor(
    door: DataDoor,
    to: { readonly tell: (message: FromDoorKeeper) => void; readonly handOver: HandOver },
  ) {
    this.#door = door;
    this.#tell = to.tell;
    this.#handOver = to.handOver;
  }

  hear(message: ToDoorKeeper): void {
    const { id } = message;
    if (message.kind === 'expect') void this.#expect(message);
    else if (message.kind === 'awaited') this.#places.get(id)?.awaited();
    else this.#take(id)?.end();
  }

  /** The other process is gone, and with it all that it waited for. */
  close(): void {
    for (const id of [...this.#places.keys()]) this.#take(id)?.end();
  }

  async #expect({ id, data }: Extract<ToDoorKeeper, { readonly kind: 'expect' }>): Promise<void> {
    this.#places.set(id, undefined);
    try {
      const place = await this.#door.expect(data, {
        came: (connection, ticketed) => {
          this.#take(id);
          this.#handOver({ kind: 'data', id, ticketed, head: nothing, ends: {} }, connection);
        },
        refused: (because) => {
          this.#take(id);
          this.#tell({ kind: 'refused', id, because });
        },
      });
      if (!this.#places.has(id)) return place.end();
      this.#places.set(id, place);
      this.#tell({ kind: 'place', id });
    } catch (error) {
      this.#take(id);
      this.#tell({ kind: 'no-place', id, because: error instanceof Error ? error.message : String(error) });
    }
  }

  #take(id: number): DataPlace | undefined {
    const place = this.#places.get(id);
    this.#places.delete(id);
    return place;
  }
}

const nothing = new Uint8Array(0);
