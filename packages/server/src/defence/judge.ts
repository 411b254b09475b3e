import { formatNetwork, networkAround } from '@duoport/net';
import { type Offence, usualWeights, type Weights } from './offences.ts';
import { Scores } from './scores.ts';

/** How what somebody does wrong is judged. Times are milliseconds. */
export interface JudgeOptions {
  /** Points at which an address is banned. Default 20. */
  readonly threshold?: number | undefined;
  /** After which half of the points are gone. Default 10 minutes. */
  readonly halfLife?: number | undefined;
  readonly weights?: Partial<Weights> | undefined;
  /** The first ban; each of the next is twice as long. Default 10 minutes. */
  readonly ban?: number | undefined;
  /** The longest. Default a day. */
  readonly longestBan?: number | undefined;
  /** What the answer to a wrong login waits; twice as long with each point. Default 250. */
  readonly delay?: number | undefined;
  /** At the most. Default 8 seconds. */
  readonly longestDelay?: number | undefined;
}

/** Somebody who is to be banned. */
export interface Sentence {
  readonly subject: string;
  readonly length: number;
  readonly points: number;
}

/** What is counted of an address: itself, and the networks around it, which bear more. */
const levels = [
  { four: 32, six: 128, factor: 1 },
  { four: 24, six: 64, factor: 4 },
  { four: undefined, six: 48, factor: 16 },
] as const;

/** Addresses and networks that are remembered, each. */
const mostRemembered = 10_000;
const day = 86_400_000;
/** An address from which somebody has logged in bears that much more: a whole office may be behind it. */
const trust = 5;

/** Adds up what addresses and their networks do wrong, and says when it is too much. Pure: time is an argument, monotonic. */
export class Judge {
  readonly #options: Required<{ readonly [Key in keyof JudgeOptions]: NonNullable<JudgeOptions[Key]> }>;
  readonly #weights: Weights;
  readonly #scores: Scores;
  /** Of one name from one address: taken back when the name gets in. */
  readonly #names: Scores;
  /** How often a subject was banned of late. */
  readonly #bans = new Scores({ most: mostRemembered, halfLife: day });
  /** Addresses from which somebody has logged in of late. */
  readonly #known = new Scores({ most: mostRemembered, halfLife: day });

  constructor(options: JudgeOptions = {}) {
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
    this.#options = { ...usual, ...given };
    this.#weights = { ...usualWeights, ...options.weights };
    const { halfLife } = this.#options;
    this.#scores = new Scores({ most: 3 * mostRemembered, halfLife });
    this.#names = new Scores({ most: mostRemembered, halfLife });
  }

  /** What is remembered, in entries: it has an end, however many come. */
  get size(): number {
    return this.#scores.size + this.#names.size + this.#bans.size + this.#known.size;
  }

  /** Whether somebody has logged in from there of late. */
  knows(address: string, now: number): boolean {
    return this.#known.get(address, now) > 0.5;
  }

  passed(address: string, user: string, now: number): void {
    this.#known.add(address, 1 - this.#known.get(address, now), now);
    const name = nameOf(address, user);
    const forgiven = this.#names.get(name, now);
    if (forgiven === 0) return;
    this.#names.add(name, -forgiven, now);
    for (const { subject } of levelsOf(address)) this.#scores.add(subject, -forgiven, now);
  }

  /** `points`: for others to know. `score`: what the address has by now. */
  offended(
    {
      address,
      offence,
      user,
    }: { readonly address: string; readonly offence: Offence; readonly user?: string },
    now: number,
  ): { readonly points: number; readonly score: number; readonly sentences: readonly Sentence[] } {
    const points = this.#weights[offence];
    if (user !== undefined) this.#names.add(nameOf(address, user), points, now);
    const [itself] = levelsOf(address);
    const before = this.#scores.get(itself?.subject ?? address, now);
    return { points, score: before + points, sentences: points > 0 ? this.heard(address, points, now) : [] };
  }

  /** Points that an address got, here or elsewhere. */
  heard(address: string, points: number, now: number): readonly Sentence[] {
    const { threshold } = this.#options;
    const known = this.knows(address, now);
    return levelsOf(address).flatMap(({ subject, factor, single }) => {
      // Its neighbours are not to suffer for it either: it is judged by itself.
      if (known && !single) return [];
      const score = this.#scores.add(subject, points, now);
      const bears = threshold * factor * (known ? trust : 1);
      // Twenty within a minute are twenty, though a little of the first is gone by the last.
      return Math.round(score) >= bears ? [this.#sentence(subject, score, now)] : [];
    });
  }

  /** Milliseconds that the answer to a wrong login waits at this score. */
  delayAt(score: number): number {
    const { delay, longestDelay } = this.#options;
    return Math.min(longestDelay, delay * 2 ** Math.max(0, Math.floor(score) - 1));
  }

  #sentence(subject: string, score: number, now: number): Sentence {
    const { ban, longestBan } = this.#options;
    const before = Math.round(this.#bans.get(subject, now));
    this.#bans.add(subject, 1, now);
    // What it was banned for is paid for.
    this.#scores.add(subject, -score, now);
    return { subject, length: Math.min(longestBan, ban * 2 ** before), points: Math.round(score) };
  }
}

const usual = {
  threshold: 20,
  halfLife: 600_000,
  weights: usualWeights,
  ban: 600_000,
  longestBan: day,
  delay: 250,
  longestDelay: 8000,
} as const;

function nameOf(address: string, user: string): string {
  return `${address} ${user}`;
}

function levelsOf(address: string) {
  return levels.flatMap(({ four, six, factor }) => {
    const network = networkAround(address, { four: four ?? 0, six });
    if (network === undefined || network.length === 0) return [];
    return [{ subject: formatNetwork(network), factor, single: network.length === 8 * network.bytes.length }];
  });
}
