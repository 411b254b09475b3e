import type { CheckedRequest } from '../../check.ts';
import type { Flow } from '../../flow.ts';
import type { Note, Refusal, Target } from '../../rules.ts';
import { cidr } from './address.ts';
import { type Gaps, gap, ownOf, peersOf } from './gap.ts';

/** A cloud filters at the network interface of one machine: no boxes in the middle, no helpers. */
export function cloudRefusal(
  target: Target,
  ask: { readonly request: CheckedRequest; readonly flows: readonly Flow[] },
  gaps: Gaps,
): Refusal | undefined {
  return gap(target, ask, {
    through:
      'Write the rules for the server and for the client, each at its own machine, and rules for the system of the box itself (nftables, for example).',
    helper: 'Leave the helper out and open the ranges, or use the single-port mode of the server.',
    ...gaps,
  });
}

/** The ends of a flow (or of the part of it in one family) as clouds name them: the other end, and the machine itself. */
export function endsAt(
  flow: Flow,
  part: Pick<Flow, 'from' | 'to'> = flow,
): { peers: readonly string[]; own: readonly string[] } {
  const ends = { ...flow, from: part.from, to: part.to };
  return { peers: peersOf(ends).map(cidr), own: ownOf(ends).map(cidr) };
}

/** What a reader has to know of every cloud. */
export function cloudNotes(request: CheckedRequest, product: string): readonly Note[] {
  const notes: Note[] = [];
  if (request.side === 'server' && request.modes.includes('passive')) {
    notes.push({
      code: 'cloud-public-address',
      text: 'The machine has a private address and does not know its public one: the server must be told to announce it in its 227 reply.',
    });
  }
  if (!request.strictOutput) {
    notes.push({
      code: 'cloud-default-egress',
      text: `${product} lets everything out unless somebody changed that, so there is no rule for what the machine dials itself.`,
    });
  }
  return notes;
}
