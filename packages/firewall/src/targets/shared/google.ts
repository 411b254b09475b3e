import type { CheckedRequest } from '../../check.ts';
import type { Flow } from '../../flow.ts';
import type { Note, Refusal, Target } from '../../rules.ts';
import { ports } from '../../text.ts';
import { everywhere, ofEachFamily } from './address.ts';
import { cloudNotes, cloudRefusal, endsAt } from './cloud.ts';
import { ruleNames } from './names.ts';
import { comment } from './text.ts';

/** One VPC firewall rule: networks of one family only. */
export interface GoogleRule {
  readonly name: string;
  readonly direction: 'INGRESS' | 'EGRESS';
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
  /** `21`, `50000-50100`. */
  readonly ports: readonly string[];
  readonly description: string;
}

/** With a tag in the names, rules of several requests live side by side in one network. */
export function googleRules(flows: readonly Flow[], tag?: string): readonly GoogleRule[] {
  const parts = flows.flatMap((flow) => ofEachFamily(flow).map((pair) => ({ ...pair, flow, id: flow.id })));
  const names = ruleNames(parts, tag);
  return parts.map(({ flow, family, from, to }, index) => {
    const { peers, own } = endsAt(flow, { from, to });
    const others = peers.length === 0 ? [everywhere(family)] : peers;
    const outgoing = flow.direction === 'out';
    return {
      name: names[index] ?? '',
      direction: outgoing ? 'EGRESS' : 'INGRESS',
      sources: outgoing ? own : others,
      destinations: outgoing ? others : own,
      ports: flow.destinationPorts.map((range) => ports(range)),
      description: comment(flow.why, 200),
    };
  });
}

export function googleRefusal(
  target: Target,
  request: CheckedRequest,
  flows: readonly Flow[],
): Refusal | undefined {
  return cloudRefusal(
    target,
    { request, flows },
    {
      product: 'A VPC firewall rule of Google Cloud',
      sourcePorts:
        'Leave the source port out, which admits the server from any port, and match the port on the machine itself. Passive mode needs no source port.',
    },
  );
}

export function googleNotes(request: CheckedRequest, flows: readonly Flow[]): readonly Note[] {
  const own = flows.some((flow) => endsAt(flow).own.length > 0);
  const notes = [...cloudNotes(request, 'A VPC network')];
  if (own) {
    notes.push({
      code: 'cloud-own-address',
      text: 'The rules see the machine under its internal address: name that one, not the external address.',
    });
  }
  notes.push({
    code: 'google-target-tag',
    text: 'The rules hold for machines that carry the network tag; without a tag they would hold for the whole network.',
  });
  return notes;
}
