import type { Ban } from './ban.ts';

/** Points that a network got somewhere: `203.0.113.7`, `203.0.113.0/24`. */
export interface Points {
  readonly subject: string;
  readonly points: number;
}

/** What has changed of the bans. */
export type BanChange =
  | { readonly kind: 'banned'; readonly ban: Ban }
  | { readonly kind: 'unbanned'; readonly subject: string };

/** One session of a user. `session`: its number in this process. */
export interface SeatRequest {
  readonly session: number;
  readonly user: string;
  /** How many the user may have. */
  readonly sessions: number;
}

/**
 * What the nodes of one server have in common: bans, the points of who offends, the sessions of users. Plain data. What cannot be done now, for
 * the database is gone, rejects with `AccountsUnavailable`.
 */
export interface SharedDefence {
  /** In the place of an earlier one of the same subject. */
  addBan(ban: Ban): Promise<void>;
  /** Whether there was one. */
  removeBan(subject: string): Promise<boolean>;
  /** Those that hold at `wall`, the newest first, and how many there are. */
  bans(most: number, wall: number): Promise<{ readonly total: number; readonly bans: readonly Ban[] }>;
  /** What has changed since `after` (0: all there is), in order; not all of it where there is much: then `revision` has to be asked again. */
  changes(after: number): Promise<{ readonly revision: number; readonly changes: readonly BanChange[] }>;
  /** Tells the others of points, and returns those that others have told since the last call. */
  exchange(points: readonly Points[]): Promise<readonly Points[]>;
  /** False: all of the user's sessions are taken, on all nodes together. */
  takeSeat(seat: SeatRequest): Promise<boolean>;
  /** The one that the session took first, or all of them. Never rejects: what cannot be said now is said later. */
  leaveSeat(session: number, which?: 'first' | 'all'): Promise<void>;
  /**
   * This node is alive. The sessions of one that was silent for the length of a lease are over, as far as anybody knows. `now`: monotonic
   * milliseconds.
   */
  beat(now: number): Promise<void>;
  close(): Promise<void>;
}
