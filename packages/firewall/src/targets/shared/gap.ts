import { refuse } from '../../answer.ts';
import type { CheckedRequest } from '../../check.ts';
import type { Flow } from '../../flow.ts';
import type { Refusal, Target } from '../../rules.ts';

/**
 * What a target has no words for. Each value says what comes nearest, in whole sentences; a key that is absent is
 * something the target can say.
 */
export interface Gaps {
  /** How the product is called in a sentence: `An AWS security group`. */
  readonly product: string;
  readonly through?: string;
  readonly helper?: string;
  readonly outgoing?: string;
  readonly sourcePorts?: string;
  /** Networks of the other end. */
  readonly peers?: string;
  /** An address of the machine itself: the receiver of what comes in, the sender of what goes out. */
  readonly own?: string;
}

/** The first thing that the flows need and the target cannot say, as a refusal: nothing is widened to fit. */
export function gap(
  target: Target,
  ask: { readonly request: CheckedRequest; readonly flows: readonly Flow[] },
  gaps: Gaps,
): Refusal | undefined {
  const { request, flows } = ask;
  const through = 'stands at one machine and cannot speak of connections through a box in the middle';
  const helper =
    'has no FTP helper that reads the control connection and admits the data connections it announces';
  if (gaps.through !== undefined && request.side === 'middle') {
    return refuse(target, `${gaps.product} ${through}.`, gaps.through);
  }
  if (gaps.helper !== undefined && request.helper) {
    return refuse(target, `${gaps.product} ${helper}.`, gaps.helper);
  }
  const checks: readonly (readonly [string | undefined, Flow | undefined, string])[] = [
    [gaps.outgoing, flows.find(({ direction }) => direction === 'out'), 'has no rules for what goes out'],
    [gaps.sourcePorts, flows.find((flow) => flow.sourcePorts !== undefined), 'cannot match source ports'],
    [gaps.peers, flows.find((flow) => peersOf(flow).length > 0), 'cannot match networks of the other end'],
    [gaps.own, flows.find((flow) => ownOf(flow).length > 0), 'cannot match an address of the machine itself'],
  ];
  for (const [nearest, flow, what] of checks) {
    if (nearest === undefined || flow === undefined) continue;
    return refuse(target, `${gaps.product} ${what}, which this needs: ${flow.why}.`, nearest);
  }
  return undefined;
}

/** Networks of the machine at the other end of a flow. */
export function peersOf(flow: Flow): readonly string[] {
  return flow.direction === 'out' ? flow.to : flow.from;
}

/** Addresses of the machine that the rules are for. */
export function ownOf(flow: Flow): readonly string[] {
  return flow.direction === 'out' ? flow.from : flow.to;
}
