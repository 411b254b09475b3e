import type { ServePlan } from '../serve/plan.ts';

/** Whether anybody wants to hear of more than faults; whoever only counts does so where the sessions are. */
export function isTold({ seeing: { logs, hooks = [] } }: ServePlan): boolean {
  return logs.level !== 'quiet' || logs.xferlog !== undefined || logs.w3c !== undefined || hooks.length > 0;
}
