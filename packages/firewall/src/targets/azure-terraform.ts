import { rules } from '../answer.ts';
import type { CheckedRequest } from '../check.ts';
import type { Flow } from '../flow.ts';
import type { Place } from '../place.ts';
import type { Answer } from '../rules.ts';
import { azureNotes, azureRefusal, azureRules } from './shared/azure.ts';
import { given, type HclEntry, resource, terraformFile, variable } from './shared/terraform.ts';

/** Rules of a network security group as resources of their own. */
export function azureTerraform(request: CheckedRequest, flows: readonly Flow[], place: Place): Answer {
  const refusal = azureRefusal('azure-terraform', request, flows);
  if (refusal !== undefined) return refusal;
  const { resourceGroup, group } = place;
  const variables = [
    ...(resourceGroup === undefined
      ? [variable('resource_group_name', 'The resource group of the network security group.')]
      : []),
    ...(group === undefined
      ? [variable('network_security_group_name', 'The network security group that the rules go into.')]
      : []),
  ];
  const resources = azureRules(flows).map((rule) =>
    resource('azurerm_network_security_rule', rule.name, [
      ['name', rule.name],
      ['description', rule.description],
      ['resource_group_name', given(resourceGroup, 'resource_group_name')],
      ['network_security_group_name', given(group, 'network_security_group_name')],
      ['priority', rule.priority],
      ['direction', rule.direction],
      ['access', 'Allow'],
      ['protocol', 'Tcp'],
      oneOrMore('source_address_prefix', 'es', rule.sources),
      oneOrMore('source_port_range', 's', rule.sourcePorts),
      oneOrMore('destination_address_prefix', 'es', rule.destinations),
      oneOrMore('destination_port_range', 's', rule.destinationPorts),
    ]),
  );
  return rules('azure-terraform', flows, {
    ...terraformFile([...variables, ...resources]),
    notes: azureNotes(request, flows),
  });
}

/** The provider has an attribute for one value, which alone may be `*`, and another for several. */
function oneOrMore(name: string, plural: string, values: readonly string[]): HclEntry {
  const [only, ...more] = values;
  return only !== undefined && more.length === 0 ? [name, only] : [`${name}${plural}`, values];
}
