import type { AcceptedConnection } from './accepted-connection.ts';
import { plainAddress } from './address-class.ts';
import type { DataDoor, DataOwner, DataPlace, ExpectedData } from './data-door.ts';
import { type Acquaintance, PortJudge } from './port-judge.ts';

export interface SinglePortOptions {
  /** Milliseconds to wait for a second candidate, from an address with one session and from one with several. For tests. */
  readonly alone?: number | undefined;
  readonly shared?: number | undefined;
  /** Milliseconds that a connection may stay undecided. For tests. */
  readonly hold?: number | undefined;
}

export interface Arrival {
  /** The port speaks TLS from the first byte. */
  readonly implicit: boolean;
  /** Takes it when it is a control connection; `left` has to be called when that is over. */
  control(connection: AcceptedConnection): void;
}

/** The door of another process, which goes on in place of the one here. */
export interface NextDoor extends DataDoor {
  /** A connection came in here: it is for the other process to say what it is. */
  arrived(connection: AcceptedConnection, implicit: boolean): void;
  /** What is known here of clients; later, control connections that have ended here (-1). */
  know(known: Acquaintance): void;
}

interface Waiting {
  readonly data: ExpectedData;
  readonly owner: DataOwner;
  awaited: boolean;
  place: DataPlace | undefined;
}

/**
 * The door of a server with one port: its judge tells data connections from control connections, and whose they are. Another process
 * may go on in its place, while those who wait at it stay where they are.
 */
export class SinglePort implements DataDoor {
  readonly #options: SinglePortOptions;
  readonly #waiting = new Set<Waiting>();
  #judge: PortJudge;
  #next: NextDoor | undefined;
  /** What came while the door is being moved. */
  #early: (() => void)[] | undefined;
  /** While another process has the door. */
  #known: { readonly controls: Map<string, number>; readonly resuming: readonly string[] } | undefined;

  constructor(options: SinglePortOptions = {}) {
    this.#options = options;
    this.#judge = new PortJudge(options);
  }

  /** Connections that wait until it is certain what they are. */
  get held(): number {
    return this.#judge.held;
  }

  async expect(data: ExpectedData, owner: DataOwner): Promise<DataPlace> {
    const waiting: Waiting = { data, owner, awaited: false, place: undefined };
    this.#waiting.add(waiting);
    await this.#enter(waiting);
    return {
      awaited: () => {
        waiting.awaited = true;
        waiting.place?.awaited();
      },
      end: () => {
        this.#waiting.delete(waiting);
        waiting.place?.end();
      },
    };
  }

  /** A connection came in. */
  arrived(connection: AcceptedConnection, arrival: Arrival): void {
    const next = this.#next;
    if (this.#early) this.#early.push(() => this.arrived(connection, arrival));
    else if (next) next.arrived(connection, arrival.implicit);
    else this.#judge.arrived(connection, arrival);
  }

  /** A control connection from `address` that `arrived` gave out is over. */
  left(address: string): void {
    if (this.#next === undefined) this.#judge.left(address);
    else this.know({ controls: new Map([[plainAddress(address), -1]]), resuming: [] });
  }

  /** What the door before this one knows of its clients. */
  know(known: Acquaintance): void {
    if (this.#next === undefined) return this.#judge.know(known);
    const controls = this.#known?.controls;
    for (const [address, change] of known.controls)
      controls?.set(address, (controls.get(address) ?? 0) + change);
    this.#next.know(known);
  }

  /** From now on the other process says what comes. Resolves when everybody here waits there. */
  async moveTo(next: NextDoor): Promise<void> {
    const { undecided, controls, resuming } = this.#judge.surrender();
    this.#known = { controls: new Map(controls), resuming: [...resuming] };
    this.#early = [];
    this.#next = next;
    next.know(this.#known);
    await this.#enterAnew();
    for (const { connection, implicit } of undecided) next.arrived(connection, implicit);
    this.#openEarly();
  }

  /** The other process has not made it. What it was to decide is lost. */
  async comeBack(): Promise<void> {
    const known = this.#known;
    if (known === undefined) return;
    this.#judge = new PortJudge(this.#options);
    this.#judge.know(known);
    this.#known = undefined;
    this.#next = undefined;
    this.#early ??= [];
    await this.#enterAnew();
    this.#openEarly();
  }

  close(): void {
    this.#judge.close();
  }

  /** Those who were told that they may come; whoever still stands in line enters where the door is then. */
  async #enterAnew(): Promise<void> {
    const told = [...this.#waiting].filter(({ place }) => place !== undefined);
    const entered = told.map(async (waiting) => {
      waiting.place = undefined;
      await this.#enter(waiting).catch((error: unknown) =>
        waiting.owner.refused(error instanceof Error ? error.message : String(error)),
      );
    });
    await Promise.all(entered);
  }

  #openEarly(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const arrive of early) arrive();
  }

  async #enter(waiting: Waiting): Promise<void> {
    const door = this.#next ?? this.#judge;
    try {
      const place = await door.expect(waiting.data, {
        came: (connection, ticketed) => {
          this.#waiting.delete(waiting);
          waiting.owner.came(connection, ticketed);
        },
        refused: (because) => {
          if (door !== (this.#next ?? this.#judge)) return;
          this.#waiting.delete(waiting);
          waiting.owner.refused(because);
        },
      });
      if (!this.#waiting.has(waiting)) return place.end();
      if (door === (this.#next ?? this.#judge)) {
        waiting.place = place;
        if (waiting.awaited) place.awaited();
        return;
      }
      place.end();
    } catch (error) {
      if (door === (this.#next ?? this.#judge)) {
        this.#waiting.delete(waiting);
        throw error;
      }
    }
    // The door was moved while this one stood in line.
    await this.#enter(waiting);
  }
}
