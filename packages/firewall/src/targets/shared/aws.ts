import type { CheckedRequest } from '../../check.ts';
import type { Flow } from '../../flow.ts';
import type { PortRange } from '../../request.ts';
import type { Note, Refusal, Target } from '../../rules.ts';
import { everywhere, ofEachFamily } from './address.ts';
import { cloudNotes, cloudRefusal, endsAt } from './cloud.ts';
import { comment } from './text.ts';

/** One rule of a security group: one port range and one network. */
export interface AwsRule {
  readonly id: Flow['id'];
  readonly direction: 'in' | 'out';
  readonly family: 4 | 6;
  readonly network: string;
  readonly ports: PortRange;
  readonly description: string;
}

/** Of a description: at most 255 characters out of `a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*`. */
const descriptionLength = 255;

export function awsRules(flows: readonly Flow[]): readonly AwsRule[] {
  return flows.flatMap((flow) =>
    flow.destinationPorts.flatMap((ports) =>
      ofEachFamily(flow).flatMap(({ family, from, to }) => {
        const { peers } = endsAt(flow, { from, to });
        const description = comment(flow.why, descriptionLength);
        const direction = flow.direction === 'out' ? ('out' as const) : ('in' as const);
        const networks = peers.length === 0 ? [everywhere(family)] : peers;
        return networks.map((network) => ({ id: flow.id, direction, family, network, ports, description }));
      }),
    ),
  );
}

export function awsRefusal(
  target: Target,
  request: CheckedRequest,
  flows: readonly Flow[],
): Refusal | undefined {
  return cloudRefusal(
    target,
    { request, flows },
    {
      product: 'An AWS security group',
      sourcePorts:
        'Leave the source port out, which admits the server from any port, and match the port on the machine itself; network ACLs know no source ports either. Passive mode needs no source port.',
      own: 'Leave the address of the machine out: a security group holds for all addresses of the interfaces it is given to.',
    },
  );
}

export function awsNotes(request: CheckedRequest): readonly Note[] {
  return [
    ...cloudNotes(request, 'A security group'),
    {
      code: 'aws-rule-quota',
      text: 'Each network is a rule of its own, and a security group holds 60 for each direction and family unless the quota was raised. Network ACLs of the subnet are stateless and must admit both directions.',
    },
  ];
}
