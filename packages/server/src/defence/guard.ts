import type { Endpoint } from '@duoport/protocol';
import type { Offence } from './offences.ts';
import type { SeatRequest } from './shared-defence.ts';

/** Who wants to log in. `session`: its number in the log. */
export interface Knock {
  readonly session: number;
  readonly peer: Endpoint;
  readonly user: string;
}

/** What a login is up against, before anybody is asked about the password. */
export type KnockAnswer =
  /** `wait`: milliseconds before it goes on. `barred`: it has to fail, and as if the password were wrong. */
  | { readonly kind: 'enter'; readonly wait: number; readonly barred: boolean }
  /** The session ends with a 421 and this text. */
  | { readonly kind: 'leave'; readonly told: string; readonly limit: 'banned' | 'logins-per-minute' };

export interface Offender {
  readonly session: number;
  readonly peer: Endpoint;
  readonly offence: Offence;
  /** Of a login. */
  readonly user?: string;
}

/**
 * What all sessions of a server ask, whichever process they run in: arguments and answers are plain data. Each rejects with
 * `AccountsUnavailable` where something that must be exact cannot be known now.
 */
export interface Guard {
  knock(who: Knock): Promise<KnockAnswer>;
  /** The password was right. */
  passed(who: Knock): Promise<void>;
  /** Returns how long the answer to a wrong login waits, in milliseconds. */
  offended(who: Offender): Promise<number>;
  /** False: all of the user's sessions are taken. */
  takeSeat(seat: SeatRequest): Promise<boolean>;
  /** The seat that the session took first. */
  leaveSeat(session: number): Promise<void>;
  /** All of a session that is over, whoever has seen to it. */
  leaveSeats(session: number): Promise<void>;
}

/**
 * Asked where connections are accepted, before a word is said: 421, or an end without a word. Undefined: it may come in. Synchronous: a
 * connection waits for no database.
 */
export type Admit = (address: string) => 'refuse' | 'drop' | undefined;

/** For a client that may not come in, at the greeting and at a login. */
export const bannedText = 'Connections from your address are not accepted here for the time being.';
