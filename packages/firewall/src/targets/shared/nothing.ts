import { rules } from '../../answer.ts';
import type { Answer, Target } from '../../rules.ts';

/** No flow needs a rule, and an empty file would do something all the same: start a container, shut a pod. */
export function nothing(target: Target): Answer {
  return rules(target, [], { format: 'sh', apply: [], undo: [] });
}
