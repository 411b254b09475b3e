import type { AcceptedConnection } from './accepted-connection.ts';
import { plainAddress } from './address-class.ts';
import type { DataDoor, DataOwner, DataPlace, ExpectedData } from './data-door.ts';
import { ExpectedConnection } from './expected-connection.ts';
import { ExpectedSet } from './expected-set.ts';
import { HeldConnection } from './held-connection.ts';
import { netLimits } from './net-limits.ts';
import type { Arrival, SinglePortOptions } from './single-port.ts';
import { Turns } from './turns.ts';

/** A connection of which nobody can say yet what it is. */
interface UndecidedConnection {
  readonly connection: AcceptedConnection;
  readonly implicit: boolean;
}

/** What is known of clients, for whoever goes on in place of a judge. */
export interface Acquaintance {
  /** Control connections by address. */
  readonly controls: ReadonlyMap<string, number>;
  /** First marks of sessions whose clients do resume. */
  readonly resuming: Iterable<string>;
}

/**
 * Tells data connections from control connections, and whose they are.
 *
 * A connection can be the data connection of those only who were promised one before it came: a client dials after its 227. When
 * there is none, it is a control connection at once; otherwise it is held until that is certain. A ClientHello with a ticket or a
 * session id of ours says whose it is. All others are given out by exclusion: when a transfer waits, one connection came for it,
 * none beside it within the grace, and nobody else could mean it. In doubt the transfer is refused.
 */
export class PortJudge implements DataDoor {
  readonly #alone: number;
  readonly #shared: number;
  readonly #hold: number;
  readonly #expected = new ExpectedSet();
  readonly #held = new Set<HeldConnection>();
  /** Control connections by address. */
  readonly #controls = new Map<string, number>();
  readonly #turns = new Turns(netLimits.turnTimeout);
  /** Sessions whose clients do resume: nothing is given to them without a ticket any more. Oldest first; bounded. */
  readonly #resuming = new Set<string>();
  #closed = false;

  constructor(options: SinglePortOptions) {
    this.#alone = options.alone ?? netLimits.aloneGrace;
    this.#shared = options.shared ?? netLimits.sharedGrace;
    this.#hold = options.hold ?? netLimits.holdTimeout;
  }

  /** Goes on where another one has stopped. */
  know({ controls, resuming }: Acquaintance): void {
    for (const [address, count] of controls) this.count(address, count);
    for (const mark of resuming) this.#remember(mark);
  }

  /** Control connections from `address` that somebody else has, or has no more. */
  count(address: string, change: number): void {
    const from = plainAddress(address);
    const count = (this.#controls.get(from) ?? 0) + change;
    if (count > 0) this.#controls.set(from, count);
    else this.#controls.delete(from);
  }

  /** Stops to judge: whoever waits is forgotten without a word, and what has not been decided is given up. */
  surrender(): Acquaintance & { readonly undecided: readonly UndecidedConnection[] } {
    const undecided = [...this.#held].map((held) => ({
      connection: held.release(),
      implicit: held.implicit,
    }));
    this.#held.clear();
    for (const expected of this.#expected.all()) {
      expected.seen.clear();
      this.#end(expected);
    }
    return { undecided, controls: this.#controls, resuming: this.#resuming };
  }

  /** Connections that wait until it is certain what they are. */
  get held(): number {
    return this.#held.size;
  }

  async expect(data: ExpectedData, owner: DataOwner): Promise<DataPlace> {
    // In the clear one at a time for each address: two could never be told apart.
    if (!data.secure) await this.#turns.take(plainAddress(data.peer));
    const expected = new ExpectedConnection(data, owner);
    this.#expected.add(expected);
    return {
      awaited: () => {
        expected.awaited = true;
        this.#review(expected);
      },
      end: () => this.#end(expected),
    };
  }

  /** A connection came in. */
  arrived(connection: AcceptedConnection, { implicit, control }: Arrival): void {
    const { peer, port } = connection;
    const enter = (taken: AcceptedConnection): void => {
      this.count(peer.address, 1);
      control(taken);
    };
    if (this.#closed) return connection.destroy();
    const candidates = new Set(this.#expected.meant(peer.address).filter(({ data }) => data.port === port));
    if (candidates.size === 0) return enter(connection);
    // A flood is its own address's trouble.
    const isFlood = [...candidates].every(({ seen }) => seen.size >= netLimits.heldConnections);
    if (isFlood) return connection.destroy();
    const held = new HeldConnection({
      connection,
      implicit,
      candidates,
      control: enter,
      timeout: this.#hold,
      onShown: (shown, marks) => this.#shown(shown, marks),
      onGone: (gone) => this.#gone(gone),
      onOverdue: (overdue) => this.#overdue(overdue),
    });
    this.#held.add(held);
    for (const expected of candidates) {
      expected.seen.add(held);
      if (held.suits(expected)) this.#review(expected);
    }
  }

  /** A control connection from `address` that `arrived` gave out is over. */
  left(address: string): void {
    this.count(address, -1);
  }

  close(): void {
    this.#closed = true;
    for (const expected of this.#expected.all()) this.#end(expected);
    for (const held of [...this.#held]) this.#drop(held);
  }

  #shown(held: HeldConnection, marks: ReadonlySet<string>): void {
    if (!this.#held.has(held)) return;
    const whose = [...held.candidates].find((expected) => expected.shows(marks));
    if (whose) {
      this.#remember(whose.data.marks[0]);
      return this.#give(held, whose, true);
    }
    // Where everything begins with TLS, a ClientHello without a ticket is how a control connection begins.
    if (held.implicit && held.shown === 'hello') return this.#innocent(held);
    for (const expected of held.candidates) this.#review(expected);
  }

  #remember(mark = ''): void {
    this.#resuming.delete(mark);
    this.#resuming.add(mark);
    const [oldest = ''] = this.#resuming;
    if (this.#resuming.size > netLimits.rememberedPeers) this.#resuming.delete(oldest);
  }

  /** It is nobody's data connection. */
  #innocent(held: HeldConnection): void {
    const { candidates } = held;
    this.#held.delete(held);
    for (const expected of candidates) expected.seen.delete(held);
    held.control(held.release());
    this.#judgeRipe(candidates);
  }

  #gone(held: HeldConnection): void {
    const { candidates } = held;
    this.#drop(held);
    this.#judgeRipe(candidates);
  }

  #overdue(held: HeldConnection): void {
    for (const expected of [...held.candidates]) {
      this.#refuse(
        expected,
        'Another connection from your address waited too long to be told from your data connection',
      );
    }
    if (this.#held.has(held)) this.#settle(held);
  }

  /** Starts the grace of a transfer that waits and has a candidate. */
  #review(expected: ExpectedConnection): void {
    const { awaited, ripe, timer } = expected;
    if (!awaited || ripe || timer !== undefined || !this.#expected.has(expected)) return;
    if (this.#suitable(expected).length === 0) return;
    expected.timer = setTimeout(
      () => {
        // A process that was held up runs its timers before it hears of connections that came meanwhile.
        setImmediate(() => setImmediate(() => this.#judge(expected)));
      },
      this.#isShared(expected) ? this.#shared : this.#alone,
    );
  }

  #judge(expected: ExpectedConnection): void {
    if (!this.#expected.has(expected)) return;
    expected.timer = undefined;
    const here = [...expected.seen].filter((held) => this.#held.has(held));
    expected.ripe = here.some((held) => held.candidates.size > 1);
    if (expected.ripe) return;
    if (expected.seen.size > 1) {
      this.#refuse(
        expected,
        `${expected.seen.size} connections came from your address at the same time, and without a TLS ticket nobody can tell which is yours`,
      );
      return;
    }
    const [only] = this.#suitable(expected);
    if (expected.data.secure && only?.foreign) {
      this.#refuse(expected, 'The data connection resumes the TLS session of another control connection');
    } else if (only) this.#give(only, expected, false);
  }

  #judgeRipe(candidates: Iterable<ExpectedConnection>): void {
    for (const expected of candidates) if (expected.ripe) setImmediate(() => this.#judge(expected));
  }

  #suitable(expected: ExpectedConnection): readonly HeldConnection[] {
    const [mark] = expected.data.marks;
    if (mark !== undefined && this.#resuming.has(mark)) return [];
    return [...expected.seen].filter((held) => this.#held.has(held) && held.suits(expected));
  }

  #give(held: HeldConnection, expected: ExpectedConnection, ticketed: boolean): void {
    const { candidates } = held;
    this.#held.delete(held);
    // A ticket says whose it is, so it makes nobody else's doubtful.
    if (ticketed) for (const other of candidates) other.seen.delete(held);
    const connection = held.release();
    expected.came = true;
    this.#end(expected);
    expected.owner.came(connection, ticketed);
    this.#judgeRipe(candidates);
  }

  #refuse(expected: ExpectedConnection, because: string): void {
    if (!this.#expected.has(expected)) return;
    this.#end(expected);
    expected.owner.refused(because);
  }

  /** Nobody waits for it any more. What came and is no one else's now is a control connection, unless it may have been meant. */
  #end(expected: ExpectedConnection): void {
    if (!this.#expected.delete(expected)) return;
    clearTimeout(expected.timer);
    if (!expected.data.secure) this.#turns.give(plainAddress(expected.data.peer));
    for (const held of expected.seen) {
      if (!this.#held.has(held) || !held.candidates.delete(expected)) continue;
      if (expected.awaited && !expected.came) held.tainted = true;
      if (held.candidates.size === 0) this.#settle(held);
      else this.#judgeRipe(held.candidates);
    }
  }

  #settle(held: HeldConnection): void {
    const isControl = held.shown === 'silent' || (held.implicit && held.shown === 'hello');
    if (held.tainted || !isControl) return this.#drop(held);
    this.#held.delete(held);
    held.control(held.release());
  }

  #drop(held: HeldConnection): void {
    if (!this.#held.delete(held)) return;
    held.release().destroy();
  }

  #isShared({ data }: ExpectedConnection): boolean {
    const isWide = data.policy !== undefined && data.policy.kind !== 'exact';
    return isWide || (this.#controls.get(plainAddress(data.peer)) ?? 0) > 1;
  }
}
