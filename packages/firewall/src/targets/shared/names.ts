import type { Flow } from '../../flow.ts';

/**
 * A name a rule: `duoport-control`, then `duoport-control-2` for the second rule of the same flow. With a tag
 * (`duoport-1a2b3c4d-control`) two requests do not get into each other's way on one machine.
 */
export function ruleNames(flows: readonly Pick<Flow, 'id'>[], tag?: string): readonly string[] {
  const seen = new Map<string, number>();
  return flows.map(({ id }) => {
    const count = (seen.get(id) ?? 0) + 1;
    seen.set(id, count);
    return ['duoport', ...(tag === undefined ? [] : [tag]), id, ...(count === 1 ? [] : [count])].join('-');
  });
}
