import { isPassive } from '../facts.ts';
import type { Attempt } from '../observations.ts';
import type { AttemptRule } from '../verdict.ts';
import {
  activeBlind,
  activeRefusedByReply,
  behindNat,
  blockedHere,
  blockedOnTheWay,
  rewritten,
} from './active.ts';
import { lies, wrongAddress } from './address.ts';
import { afterOpening, lost, unreadable } from './attempt.ts';
import {
  blocked,
  changed,
  mapped,
  masquerade,
  passiveBlind,
  passiveRefused,
  peerRefused,
} from './passive.ts';

const opened = (attempt: Attempt): boolean =>
  attempt.accepted !== undefined || attempt.dials.some((dial) => dial.how === 'open');
const whenOpen =
  (rule: AttemptRule): AttemptRule =>
  (attempt, facts) =>
    opened(attempt) ? rule(attempt, facts) : undefined;

// The first rule that says something names the cause: special ones stand before general ones.
const passiveRules: readonly AttemptRule[] = [
  lost,
  passiveRefused,
  unreadable,
  lies,
  peerRefused,
  whenOpen(afterOpening),
  changed,
  wrongAddress,
  masquerade,
  passiveBlind,
  mapped,
  blocked,
  afterOpening,
];
const activeRules: readonly AttemptRule[] = [
  lost,
  whenOpen(afterOpening),
  rewritten,
  activeBlind,
  behindNat,
  activeRefusedByReply,
  blockedHere,
  blockedOnTheWay,
];

/** The rules for one try, in the order in which they are asked. */
export function rulesFor({ verb }: Pick<Attempt, 'verb'>): readonly AttemptRule[] {
  return isPassive(verb) ? passiveRules : activeRules;
}
