import { type NetworkList, NetworkTable, parseNetwork } from '@duoport/net';
import { endpoint } from '@duoport/protocol';
import type { ServerLog } from '../log.ts';
import { type Ban, BanFault, banSubject } from './ban.ts';
import { bannedText, type Guard, type Knock, type KnockAnswer, type Offender } from './guard.ts';
import { Judge, type JudgeOptions, type Sentence } from './judge.ts';
import { LoginGate, type LoginRates } from './login-gate.ts';
import { MemoryDefence } from './memory-defence.ts';
import { SharedCopy } from './shared-copy.ts';
import type { SeatRequest, SharedDefence } from './shared-defence.ts';

/** What may be changed while it runs. */
export interface DefenceOptions extends JudgeOptions {
  /** Off: nobody is banned by itself, and no answer is held up. What the operator has banned is. Default on. */
  readonly enabled?: boolean | undefined;
  /** Networks that are never banned by themselves, nor by a list. Default: this machine. */
  readonly allow?: readonly string[] | undefined;
  /** Long lists of networks that are kept out. */
  readonly lists?: readonly NetworkList[] | undefined;
  /** What becomes of a banned client's connection: 421, or an end without a word. Default `refuse`. */
  readonly answer?: 'refuse' | 'drop' | undefined;
  /** Logins a minute. */
  readonly logins?: LoginRates | undefined;
}

export interface DefenceSetup {
  readonly options?: DefenceOptions;
  /** Default: nothing is shared, and bans last as long as the process. */
  readonly shared?: SharedDefence;
  readonly log?: ServerLog | undefined;
  /** Milliseconds between two looks at what other nodes have banned. Default 1000. */
  readonly refresh?: number;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
  /** Milliseconds since the epoch, by a clock that may jump. */
  readonly wall?: () => number;
}

/**
 * Keeps out who is banned and bans who offends too much. One for a server, in the process that accepts its connections. It is asked
 * synchronously for each of them, from a copy of the bans that is at most `refresh` old; what nodes share is written behind the back of
 * sessions, except the seats of users, which are exact.
 */
export class Defence implements Guard, AsyncDisposable {
  readonly #shared: SharedDefence;
  readonly #log: ServerLog | undefined;
  readonly #now: () => number;
  readonly #wall: () => number;
  readonly #copy: SharedCopy;
  #options: DefenceOptions = {};
  #allow = new NetworkTable<true>();
  #judge = new Judge();
  #gate: LoginGate;

  constructor({
    options = {},
    shared = new MemoryDefence(),
    log,
    refresh = 1000,
    now,
    wall,
  }: DefenceSetup = {}) {
    this.#shared = shared;
    this.#log = log;
    this.#now = now ?? (() => performance.now());
    this.#wall = wall ?? Date.now;
    this.#gate = new LoginGate({}, this.#now());
    this.#copy = new SharedCopy({
      shared,
      refresh,
      now: this.#now,
      wall: this.#wall,
      changed: (change) => {
        if (change.kind === 'banned') this.#tellBan(change.ban);
        else this.#log?.({ kind: 'unban', session: 0, peer: nobody, subject: change.subject });
      },
      heard: ({ subject, points }) => this.#sentence(this.#judge.heard(subject, points, this.#now())),
      state: (fault) => {
        if (fault === undefined) this.#log?.({ kind: 'defence-shared', session: 0, peer: nobody });
        else this.#log?.({ kind: 'defence-alone', session: 0, peer: nobody, because: fault });
      },
    });
    this.change(options);
  }

  /** What it holds, for metrics. */
  get gauges() {
    const lists = this.#options.lists ?? [];
    return {
      held: this.#copy.bans.size,
      /** Addresses, networks and names with points. */
      remembered: this.#judge.size,
      listed: lists.reduce((sum, { networks }) => sum + networks, 0),
      listBytes: lists.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }

  /** New options; what is known of addresses stays unless the judging itself has changed. */
  change(options: DefenceOptions): void {
    const before = this.#options;
    this.#options = options;
    this.#allow = new NetworkTable();
    for (const text of options.allow ?? ownMachine) {
      const network = parseNetwork(text);
      if (network === undefined) throw new RangeError(`allow: ${text} is no network.`);
      this.#allow.set(network, true);
    }
    if (JSON.stringify(judging(before)) !== JSON.stringify(judging(options)))
      this.#judge = new Judge(options);
    if (JSON.stringify(before.logins) !== JSON.stringify(options.logins))
      this.#gate = new LoginGate(options.logins ?? {}, this.#now());
  }

  /** Reads what is banned, then looks for news again and again. A database that is gone is no reason to reject. */
  start(): Promise<void> {
    return this.#copy.start();
  }

  /** Looks for news now. */
  refresh(): Promise<void> {
    return this.#copy.refresh();
  }

  async close(): Promise<void> {
    await this.#copy.close();
    await this.#shared.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  refuses(address: string): 'refuse' | 'drop' | undefined {
    const { lists = [], answer = 'refuse' } = this.#options;
    if (this.#copy.bans.size === 0 && lists.length === 0) return undefined;
    return this.#isBanned(address) ? answer : undefined;
  }

  async knock({ peer, user }: Knock): Promise<KnockAnswer> {
    const now = this.#now();
    if (this.refuses(peer.address) !== undefined) return { kind: 'leave', told: bannedText, limit: 'banned' };
    const wait = this.#isAllowed(peer.address) ? 0 : this.#gate.wait(peer.address, now);
    if (wait === undefined) {
      const told = 'Too many logins at the moment; try again in a minute.';
      return { kind: 'leave', told, limit: 'logins-per-minute' };
    }
    return { kind: 'enter', wait, barred: this.#copy.bans.hasUser(user, now) };
  }

  async passed({ peer, user }: Knock): Promise<void> {
    this.#judge.passed(peer.address, user, this.#now());
  }

  async offended({ session, peer, offence, user }: Offender): Promise<number> {
    if (this.#options.enabled === false) return 0;
    const { address } = peer;
    const isLogin = offence === 'login';
    if (this.#isAllowed(address)) return isLogin ? this.#judge.delayAt(1) : 0;
    const told = { address, offence, ...(user === undefined ? {} : { user }) };
    const { points, score, sentences } = this.#judge.offended(told, this.#now());
    if (points > 0) this.#copy.tell({ subject: address, points });
    this.#sentence(sentences, { session, peer });
    return isLogin ? this.#judge.delayAt(score) : 0;
  }

  takeSeat(seat: SeatRequest): Promise<boolean> {
    return this.#shared.takeSeat(seat);
  }

  leaveSeat(session: number): Promise<void> {
    return this.#shared.leaveSeat(session);
  }

  leaveSeats(session: number): Promise<void> {
    return this.#shared.leaveSeat(session, 'all');
  }

  /**
   * Bans on behalf of the operator, on every node. `length`: milliseconds, or until it is taken back.
   * @throws BanFault for what is no subject.
   */
  async ban(
    subject: string,
    {
      length,
      because = 'banned by hand',
    }: { readonly length?: number | undefined; readonly because?: string | undefined } = {},
  ): Promise<Ban> {
    const ban = operatorBan({ subject, length, because, wall: this.#wall() });
    await this.#shared.addBan(ban);
    this.#copy.holdNew(ban);
    this.#tellBan(ban);
    return ban;
  }

  /** @throws BanFault for what is no subject, or is not banned. */
  async unban(text: string): Promise<void> {
    const subject = banSubject(text);
    await this.refresh();
    const was = await this.#shared.removeBan(subject);
    this.#copy.dropNew(subject);
    if (!was) throw new BanFault(`${subject} is not banned.`);
    this.#log?.({ kind: 'unban', session: 0, peer: nobody, subject });
  }

  /** The newest first, and how many there are. */
  async bans(most = 1000): Promise<{ readonly total: number; readonly bans: readonly Ban[] }> {
    // Those that were imposed a moment ago are told first.
    await this.refresh();
    return this.#shared.bans(most, this.#wall());
  }

  #isAllowed(address: string): boolean {
    return this.#allow.around(address).next().value === true;
  }

  #isBanned(address: string): boolean {
    const now = this.#now();
    for (const { automatic, wide } of this.#copy.bans.of(address, now)) {
      if (!automatic) return true;
      // Who has logged in from there is not to suffer for his neighbours.
      if (wide && this.#judge.knows(address, now)) continue;
      if (!this.#isAllowed(address)) return true;
    }
    const { lists = [] } = this.#options;
    return lists.some((list) => list.has(address)) && !this.#isAllowed(address);
  }

  #sentence(
    sentences: readonly Sentence[],
    who: Pick<Offender, 'session' | 'peer'> = { session: 0, peer: nobody },
  ) {
    for (const { subject, length, points } of sentences) {
      const since = this.#wall();
      const because = `${points} points`;
      const ban: Ban = { subject, since, until: since + length, because, by: 'defence' };
      this.#copy.impose(ban);
      this.#tellBan(ban, who);
    }
  }

  #tellBan(ban: Ban, who: Pick<Offender, 'session' | 'peer'> = { session: 0, peer: nobody }): void {
    this.#log?.({ kind: 'ban', ...who, ...ban });
  }
}

/** A ban on behalf of the operator. Throws BanFault for what is no subject. */
export function operatorBan(of: {
  readonly subject: string;
  readonly length: number | undefined;
  readonly because: string;
  readonly wall: number;
}): Ban {
  const { length, because, wall: since } = of;
  const subject = banSubject(of.subject);
  return {
    subject,
    since,
    ...(length === undefined ? {} : { until: since + length }),
    because,
    by: 'operator',
  };
}

/** Whoever comes from this machine comes through something that runs on it: a ban would shut out everybody behind that. */
const ownMachine = ['127.0.0.0/8', '::1'];
const nobody = endpoint('0.0.0.0', 0);

function judging({
  allow: _,
  lists: __,
  answer: ___,
  logins: ____,
  enabled: _____,
  ...rest
}: DefenceOptions) {
  return rest;
}
