import { refuse } from '../../answer.ts';
import type { PortRange } from '../../request.ts';
import type { Refusal, Target } from '../../rules.ts';
import { width } from '../../text.ts';

/** Where a product must name every port by itself, a longer list than this serves nobody. */
const mostListedPorts = 128;

/** Refuses when more ports than that would have to be listed. `why` is a part of a sentence. */
export function tooManyPorts(target: Target, listed: readonly PortRange[], why: string): Refusal | undefined {
  const count = listed.reduce((sum, range) => sum + width(range), 0);
  if (count <= mostListedPorts) return undefined;
  return refuse(
    target,
    `${why}, and ${count} ports are more than the ${mostListedPorts} that can be listed in a sane way.`,
    `Make the range smaller: a hundred ports carry about a hundred transfers at one time. Or use the single-port mode of the server, which needs the control port alone.`,
  );
}
