import { rules } from '../answer.ts';
import type { CheckedRequest } from '../check.ts';
import type { Flow } from '../flow.ts';
import type { Place } from '../place.ts';
import type { Answer } from '../rules.ts';
import { googleNotes, googleRefusal, googleRules } from './shared/google.ts';
import { given, type HclEntry, resource, terraformFile, variable } from './shared/terraform.ts';

/** VPC firewall rules as Terraform resources. */
export function googleTerraform(request: CheckedRequest, flows: readonly Flow[], place: Place): Answer {
  const refusal = googleRefusal('google-terraform', request, flows);
  if (refusal !== undefined) return refusal;
  const variables = [
    ...(place.group === undefined ? [variable('network', 'The VPC network that the rules go into.')] : []),
    ...(place.service === undefined ? [variable('target_tag', 'The network tag of the machine.')] : []),
  ];
  const tag = place.service === undefined ? { expression: '[var.target_tag]' } : [place.service];
  const resources = googleRules(flows).map((rule) => {
    const entries: readonly HclEntry[] = [
      ['name', rule.name],
      ['description', rule.description],
      ['network', given(place.group, 'network')],
      ['direction', rule.direction],
      ...listed('source_ranges', rule.sources),
      ...listed('destination_ranges', rule.destinations),
      ['target_tags', tag],
      [
        'allow',
        {
          block: [
            ['protocol', 'tcp'],
            ['ports', rule.ports],
          ],
        },
      ],
    ];
    return resource('google_compute_firewall', rule.name, entries);
  });
  return rules('google-terraform', flows, {
    ...terraformFile([...variables, ...resources]),
    notes: googleNotes(request, flows),
  });
}

function listed(name: string, values: readonly string[]): readonly HclEntry[] {
  return values.length === 0 ? [] : [[name, values]];
}
