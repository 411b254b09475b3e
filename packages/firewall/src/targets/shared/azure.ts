import type { CheckedRequest } from '../../check.ts';
import type { Flow } from '../../flow.ts';
import type { Note, Refusal, Target } from '../../rules.ts';
import { ports } from '../../text.ts';
import { pairsOf } from '../linux/pairs.ts';
import { cloudNotes, cloudRefusal, endsAt } from './cloud.ts';
import { ruleNames } from './names.ts';
import { comment } from './text.ts';

/** One rule of a network security group: networks of one family, or `*` for any of both. */
export interface AzureRule {
  readonly name: string;
  readonly priority: number;
  readonly direction: 'Inbound' | 'Outbound';
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
  readonly sourcePorts: readonly string[];
  readonly destinationPorts: readonly string[];
  readonly description: string;
}

/** Priorities are unique in a group and go from 100 to 4096; lower ones come first. */
const firstPriority = 1000;

/** Of a description. */
const descriptionLength = 140;

export function azureRules(flows: readonly Flow[], tag?: string): readonly AzureRule[] {
  const parts = flows.flatMap((flow) => pairsOf(flow).map((pair) => ({ ...pair, flow, id: flow.id })));
  const names = ruleNames(parts, tag);
  return parts.map(({ flow, from, to }, index) => {
    const { peers, own } = endsAt(flow, { from, to });
    const outgoing = flow.direction === 'out';
    return {
      name: names[index] ?? '',
      priority: firstPriority + index,
      direction: outgoing ? 'Outbound' : 'Inbound',
      sources: orStar(outgoing ? own : peers),
      destinations: orStar(outgoing ? peers : own),
      sourcePorts: orStar(flow.sourcePorts === undefined ? [] : [ports(flow.sourcePorts)]),
      destinationPorts: flow.destinationPorts.map((range) => ports(range)),
      description: comment(flow.why, descriptionLength),
    };
  });
}

function orStar(values: readonly string[]): readonly string[] {
  return values.length === 0 ? ['*'] : values;
}

export function azureRefusal(
  target: Target,
  request: CheckedRequest,
  flows: readonly Flow[],
): Refusal | undefined {
  return cloudRefusal(target, { request, flows }, { product: 'An Azure network security group' });
}

export function azureNotes(request: CheckedRequest, flows: readonly Flow[]): readonly Note[] {
  const notes = [...cloudNotes(request, 'A network security group')];
  if (flows.some((flow) => endsAt(flow).own.length > 0)) {
    notes.push({
      code: 'cloud-own-address',
      text: 'The rules see the machine under its private address: name that one, not the public address.',
    });
  }
  notes.push({
    code: 'azure-priority',
    text: `Priorities from ${firstPriority} on must be free in the group, and lie before the rule that denies. Where the subnet has a group as well, both must admit.`,
  });
  return notes;
}
