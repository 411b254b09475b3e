import type { Endpoint } from '@duoport/protocol';
import type { HopTrace } from '../observations.ts';
import type { Context } from './context.ts';
import { tracePatience } from './passive.ts';

/** The hops towards a port; undefined where they cannot be seen. */
export async function traceTo(
  context: Context,
  to: Endpoint,
  options: { readonly maxHops?: number | undefined; readonly atOnce?: number | undefined } = {},
): Promise<HopTrace | undefined> {
  const { sight, clock, signal } = context;
  if (!sight.ttl) return undefined;
  context.tell({ step: 'trace', text: 'the hops on the way' });
  return await sight.trace(to, { ...options, patience: clock.atMost(tracePatience), signal });
}

/** How far away it is that answered. */
export function distanceIn(trace: HopTrace | undefined): number | undefined {
  const last = trace?.hops.at(-1);
  return last === undefined || last.how === 'silent' || last.how === 'expired' ? undefined : last.distance;
}

/** A port that nobody is likely to listen on: nobody is assigned it, and it lies above most ranges. */
export function unusedPort(target: Endpoint): Endpoint {
  return { ...target, port: 64_999 };
}
