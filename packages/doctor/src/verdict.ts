import type { Facts } from './facts.ts';
import type { FindingCode } from './finding-codes.ts';
import type { Attempt } from './observations.ts';
import type { HopSide, Remedy } from './report.ts';

/** What one rule concludes from one failed try. */
export interface Verdict {
  readonly code: FindingCode;
  readonly side: HopSide;
  /** Where on the path: 0 this machine, 1 the first router, `routers + 1` the server. Undefined: not known. */
  readonly at?: number | undefined;
  /** What was seen, one line each. Strings of the server have gone through `harmless`. */
  readonly evidence: readonly string[];
}

/**
 * Looks at one failed try and says why it failed, or nothing. Rules stand in a list; the first that says something names
 * the cause, so the special ones come before the general ones.
 */
export type AttemptRule = (attempt: Attempt, facts: Facts) => Verdict | undefined;

/** All failed tries with one cause on one side: what a finding is made of. */
export interface Case {
  readonly code: FindingCode;
  readonly side: HopSide;
  readonly attempts: readonly Attempt[];
  readonly facts: Facts;
}

/** Plain words and remedies for a case. */
export interface Explanation {
  readonly text: string;
  readonly remedies: readonly Remedy[];
}
export type Explain = (found: Case) => Explanation;
