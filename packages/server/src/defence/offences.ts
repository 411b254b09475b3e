import type { Settings } from '../settings.ts';
import type { Offender } from './guard.ts';

/** What a peer can do that a ban may come of. */
export type Offence =
  /** A wrong name or password. */
  | 'login'
  /** It speaks HTTP, SMTP or SSH. */
  | 'foreign-protocol'
  /** It wants more sessions than one address may have. */
  | 'too-many-sessions'
  /** It came to a data port that is somebody else's. */
  | 'wrong-peer'
  /** It wants a data connection to a third machine, or to a port that is none for data. */
  | 'bounce'
  /** It sends commands faster than it may, on and on. */
  | 'flood';

export const offences: readonly Offence[] = [
  'login',
  'foreign-protocol',
  'too-many-sessions',
  'wrong-peer',
  'bounce',
  'flood',
];

export type Weights = Readonly<Record<Offence, number>>;

/**
 * Points of each. Too many sessions are no attack: an office behind one address has many. Half a point for a wrong peer: a client whose NAT
 * gives its connections different addresses looks like that.
 */
export const usualWeights: Weights = {
  login: 1,
  'foreign-protocol': 3,
  'too-many-sessions': 0,
  'wrong-peer': 0.5,
  bounce: 3,
  flood: 2,
};

/** Tells the log, and whoever judges. */
export function tellOffence({ guard, log }: Pick<Settings, 'guard' | 'log'>, who: Offender): void {
  const { session, peer, offence } = who;
  log?.({ kind: 'offence', session, peer, offence });
  // Where it cannot be told, the process that would hear it is gone.
  guard?.offended(who).catch(() => undefined);
}
