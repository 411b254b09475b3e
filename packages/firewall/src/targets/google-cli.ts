import { rules } from '../answer.ts';
import type { CheckedRequest } from '../check.ts';
import type { Flow } from '../flow.ts';
import type { Place } from '../place.ts';
import type { Answer } from '../rules.ts';
import { tagOf } from '../text.ts';
import { googleNotes, googleRefusal, googleRules } from './shared/google.ts';
import { command, script, shellName, shellWord } from './shared/text.ts';

/** VPC firewall rules, with the command line of Google Cloud. */
export function googleCli(request: CheckedRequest, flows: readonly Flow[], place: Place): Answer {
  const refusal = googleRefusal('google-cli', request, flows);
  if (refusal !== undefined) return refusal;
  const network = shellName(place.group, 'NETWORK', 'name of the VPC network');
  const tag = shellName(place.service, 'TARGET_TAG', 'network tag of the machine');
  const all = googleRules(flows, tagOf(request));
  return rules('google-cli', flows, {
    format: 'sh',
    apply: script(
      all.map((rule) =>
        command(`gcloud compute firewall-rules create ${rule.name}`, [
          `--network=${network}`,
          `--direction=${rule.direction}`,
          '--action=ALLOW',
          `--rules=${rule.ports.map((port) => `tcp:${port}`).join(',')}`,
          ...(rule.sources.length === 0 ? [] : [`--source-ranges=${rule.sources.join(',')}`]),
          ...(rule.destinations.length === 0 ? [] : [`--destination-ranges=${rule.destinations.join(',')}`]),
          `--target-tags=${tag}`,
          `--description=${shellWord(rule.description)}`,
        ]),
      ),
    ),
    undo:
      all.length === 0
        ? []
        : [`gcloud compute firewall-rules delete --quiet ${all.map(({ name }) => name).join(' ')}`],
    notes: googleNotes(request, flows),
  });
}
