import { rules } from '../answer.ts';
import type { CheckedRequest } from '../check.ts';
import type { Flow } from '../flow.ts';
import type { Place } from '../place.ts';
import type { Answer } from '../rules.ts';
import { type AwsRule, awsNotes, awsRefusal, awsRules } from './shared/aws.ts';
import { command, script, shellName, shellWord } from './shared/text.ts';

/** Rules of a security group, with the command line of AWS. */
export function awsCli(request: CheckedRequest, flows: readonly Flow[], place: Place): Answer {
  const refusal = awsRefusal('aws-cli', request, flows);
  if (refusal !== undefined) return refusal;
  const group = shellName(place.group, 'SECURITY_GROUP', 'id of the security group');
  const all = flows.map((flow) => awsRules([flow])).filter((some) => some.length > 0);
  return rules('aws-cli', flows, {
    format: 'sh',
    apply: script(all.map((some) => call('authorize', group, some, true))),
    undo: all.map((some) => call('revoke', group, some, false)),
    notes: awsNotes(request),
  });
}

function call(
  verb: 'authorize' | 'revoke',
  group: string,
  some: readonly AwsRule[],
  described: boolean,
): string {
  const side = some[0]?.direction === 'out' ? 'egress' : 'ingress';
  return command(`aws ec2 ${verb}-security-group-${side}`, [
    `--group-id ${group}`,
    `--ip-permissions ${shellWord(JSON.stringify(permissions(some, described)))}`,
  ]);
}

/** A description is no part of what a rule is: revoking leaves it out. */
function permissions(some: readonly AwsRule[], described: boolean): readonly unknown[] {
  const spans = new Map(some.map(({ ports }) => [`${ports.low}-${ports.high}`, ports]));
  return [...spans.values()].map((ports) => {
    const here = some.filter((rule) => rule.ports.low === ports.low && rule.ports.high === ports.high);
    const ranges = (family: 4 | 6, key: string): readonly unknown[] =>
      here
        .filter((rule) => rule.family === family)
        .map((rule) => ({ [key]: rule.network, ...(described ? { Description: rule.description } : {}) }));
    const [four, six] = [ranges(4, 'CidrIp'), ranges(6, 'CidrIpv6')];
    return {
      IpProtocol: 'tcp',
      FromPort: ports.low,
      ToPort: ports.high,
      ...(four.length === 0 ? {} : { IpRanges: four }),
      ...(six.length === 0 ? {} : { Ipv6Ranges: six }),
    };
  });
}
