import type { Flow } from '../../flow.ts';
import { familyOf } from '../../network.ts';

/** The ends of a flow in one family. Undefined family: both, with no address on either end. */
export interface Pair {
  readonly family: 4 | 6 | undefined;
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/** Linux rules match addresses of one family each: a flow with addresses becomes one pair for each family it can have. */
export function pairsOf({ from, to }: Pick<Flow, 'from' | 'to'>): readonly Pair[] {
  if (from.length === 0 && to.length === 0) return [{ family: undefined, from, to }];
  const pairs: Pair[] = [];
  for (const family of [4, 6] as const) {
    const one = { family, from: ofFamily(from, family), to: ofFamily(to, family) };
    // An end that has addresses, but none of this family, cannot be reached over it.
    const lost = (one.from.length === 0 && from.length > 0) || (one.to.length === 0 && to.length > 0);
    if (!lost) pairs.push(one);
  }
  return pairs;
}

/** Every text, or once `any` where there is none. */
export function orAny<T>(texts: readonly string[], any: T): readonly (string | T)[] {
  return texts.length === 0 ? [any] : texts;
}

function ofFamily(texts: readonly string[], family: 4 | 6): readonly string[] {
  return texts.filter((text) => familyOf(text) === family);
}
