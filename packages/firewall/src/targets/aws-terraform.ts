import { rules } from '../answer.ts';
import type { CheckedRequest } from '../check.ts';
import type { Flow } from '../flow.ts';
import type { Place } from '../place.ts';
import type { Answer } from '../rules.ts';
import { awsNotes, awsRefusal, awsRules } from './shared/aws.ts';
import { ruleNames } from './shared/names.ts';
import { given, resource, terraformFile, variable } from './shared/terraform.ts';

/** Rules of a security group as resources of their own, which get along with rules of other files. */
export function awsTerraform(request: CheckedRequest, flows: readonly Flow[], place: Place): Answer {
  const refusal = awsRefusal('aws-terraform', request, flows);
  if (refusal !== undefined) return refusal;
  const all = awsRules(flows);
  const names = ruleNames(all);
  const resources = all.map((rule, index) =>
    resource(
      `aws_vpc_security_group_${rule.direction === 'in' ? 'ingress' : 'egress'}_rule`,
      names[index] ?? '',
      [
        ['security_group_id', given(place.group, 'security_group_id')],
        ['description', rule.description],
        ['ip_protocol', 'tcp'],
        ['from_port', rule.ports.low],
        ['to_port', rule.ports.high],
        [rule.family === 4 ? 'cidr_ipv4' : 'cidr_ipv6', rule.network],
      ],
    ),
  );
  const group =
    place.group === undefined
      ? [variable('security_group_id', 'The security group that the rules go into.')]
      : [];
  return rules('aws-terraform', flows, {
    ...terraformFile([...group, ...resources]),
    notes: awsNotes(request),
  });
}
