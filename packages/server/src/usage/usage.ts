import type { Period } from './period.ts';

/** Bytes of files, and names: files, folders and links. */
export interface Amount {
  readonly bytes: number;
  readonly files: number;
}

/** What an account may store; what is left out is not limited. */
export interface Quota {
  readonly bytes?: number | undefined;
  readonly files?: number | undefined;
}

/** Held ahead of being stored, so that a large file asks seldom. */
export interface HoldRequest {
  readonly account: string;
  readonly quota: Quota;
  /** Bytes wished for; it may become less, but not less than `least`. */
  readonly bytes: number;
  readonly least: number;
  /** All of them or nothing. */
  readonly files: number;
  /** What became of an earlier hold. It is booked in any case, whether there is a new one or not. */
  readonly after?: Settlement | undefined;
}

export interface Hold {
  readonly granted: boolean;
  readonly bytes: number;
  readonly files: number;
  /** To be said when it is settled: a rescan in between has forgotten it. */
  readonly epoch: number;
  /** What nobody has taken yet, after this hold; `Number.MAX_SAFE_INTEGER` where there is no limit. */
  readonly left: Amount;
}

/** What became of something held: that much is stored now (or gone, if negative), and that much is held no more. */
export interface Settlement {
  readonly account: string;
  readonly epoch: number;
  readonly held: Amount;
  readonly stored: Amount;
}

/** Bytes of transfers; of the direction the server sees. */
export interface DrawRequest {
  readonly account: string;
  readonly direction: Direction;
  readonly period: Period;
  readonly limit: number;
  /** Bytes wished for; it may become less. */
  readonly bytes: number;
}

export type Direction = 'up' | 'down';

/** Bytes that were drawn and not moved. */
export type Refund = Omit<DrawRequest, 'limit'>;

/** How an account stands. */
export interface UsageState {
  /** Less than nothing where something was removed that nobody had counted. */
  readonly used: Amount;
  /** For uploads that run, or that broke off with their process. */
  readonly held: Amount;
  /** What was moved, each in the period that it was moved in. */
  readonly period: Period;
  readonly up: number;
  readonly down: number;
  readonly mark: UsageMark;
}

/** A moment in the life of an account: what has happened since can be told from it. */
export interface UsageMark {
  readonly changes: number;
  /** All that was ever stored, whatever was taken away. */
  readonly grown: Amount;
}

/**
 * Who has stored and moved how much. Exact over everybody who shares it: what is asked for and what there is are compared in one step.
 * Plain data both ways, so that it may be in another process; rejects where it cannot be asked.
 */
export interface Usage {
  hold(request: HoldRequest): Promise<Hold>;
  settle(settlement: Settlement): Promise<void>;
  /** Returns the bytes that were drawn, 0 when there are none left. */
  draw(request: DrawRequest): Promise<number>;
  refund(refund: Refund): Promise<void>;
  look(account: string): Promise<UsageState>;
  /**
   * Sets what was counted on the disk since `since`. Holds are forgotten: what runs books what it stores from then on. When something was
   * booked meanwhile, what was stored meanwhile is added (`anyway`), or nothing is set and it is false.
   */
  recount(request: Recount): Promise<boolean>;
  /** There is no such account any more. */
  forget(account: string): Promise<void>;
}

export interface Recount {
  readonly account: string;
  readonly counted: Amount;
  readonly since: UsageMark;
  readonly anyway: boolean;
}

export const nothing: Amount = { bytes: 0, files: 0 };

export function plus(one: Amount, other: Amount): Amount {
  return { bytes: one.bytes + other.bytes, files: one.files + other.files };
}

export function minus(one: Amount, other: Amount): Amount {
  return { bytes: one.bytes - other.bytes, files: one.files - other.files };
}

export function atLeastNothing({ bytes, files }: Amount): Amount {
  return { bytes: Math.max(0, bytes), files: Math.max(0, files) };
}

/** What a quota leaves of it. */
export function leftOf(quota: Quota, taken: Amount): Amount {
  const left = (limit: number | undefined, used: number) =>
    limit === undefined ? Number.MAX_SAFE_INTEGER : Math.max(0, limit - used);
  return { bytes: left(quota.bytes, taken.bytes), files: left(quota.files, taken.files) };
}
