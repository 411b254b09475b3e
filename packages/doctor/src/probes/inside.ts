import type { Target } from '@duoport/client';
import type { Try } from './attempt.ts';
import type { Access, Context } from './context.ts';
import type { Entered } from './control.ts';
import type { Known } from './plan.ts';
import type { Findings } from './run.ts';
import type { Session } from './session.ts';

/** One run: what it shares, what it has found, where it goes. */
export interface Run {
  readonly context: Context;
  readonly findings: Findings;
  readonly target: Target;
  /** Planned, and not reported yet. */
  readonly pending: Set<Try>;
}

/** Logged in. */
export interface Inside {
  readonly access: Access;
  readonly entered: Entered;
  readonly known: Known;
  readonly sessions: readonly Session[];
}

/** What comes of it, or nothing when the server lets us in no more. */
export async function unlessRefused<Value>(
  context: Context,
  doing: Promise<Value>,
): Promise<Value | undefined> {
  try {
    return await doing;
  } catch {
    context.signal.throwIfAborted();
    return undefined;
  }
}
