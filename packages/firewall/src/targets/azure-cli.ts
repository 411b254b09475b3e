import { rules } from '../answer.ts';
import type { CheckedRequest } from '../check.ts';
import type { Flow } from '../flow.ts';
import type { Place } from '../place.ts';
import type { Answer } from '../rules.ts';
import { tagOf } from '../text.ts';
import { azureNotes, azureRefusal, azureRules } from './shared/azure.ts';
import { command, script, shellName, shellWord } from './shared/text.ts';

/** Rules of a network security group, with the command line of Azure. */
export function azureCli(request: CheckedRequest, flows: readonly Flow[], place: Place): Answer {
  const refusal = azureRefusal('azure-cli', request, flows);
  if (refusal !== undefined) return refusal;
  const where = [
    `--resource-group ${shellName(place.resourceGroup, 'RESOURCE_GROUP', 'name of the resource group')}`,
    `--nsg-name ${shellName(place.group, 'NSG', 'name of the network security group')}`,
  ];
  const all = azureRules(flows, tagOf(request));
  return rules('azure-cli', flows, {
    format: 'sh',
    apply: script(
      all.map((rule) =>
        command('az network nsg rule create', [
          ...where,
          `--name ${rule.name}`,
          `--priority ${rule.priority}`,
          `--direction ${rule.direction}`,
          '--access Allow',
          '--protocol Tcp',
          `--source-address-prefixes ${words(rule.sources)}`,
          `--source-port-ranges ${words(rule.sourcePorts)}`,
          `--destination-address-prefixes ${words(rule.destinations)}`,
          `--destination-port-ranges ${words(rule.destinationPorts)}`,
          `--description ${shellWord(rule.description)}`,
        ]),
      ),
    ),
    undo: all.map(({ name }) => command('az network nsg rule delete', [...where, `--name ${name}`])),
    notes: azureNotes(request, flows),
  });
}

function words(values: readonly string[]): string {
  return values.map(shellWord).join(' ');
}
