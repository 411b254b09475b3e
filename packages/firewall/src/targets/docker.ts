import { rules } from '../answer.ts';
import type { CheckedRequest } from '../check.ts';
import type { Flow } from '../flow.ts';
import type { Place } from '../place.ts';
import type { Answer } from '../rules.ts';
import { nothing } from './shared/nothing.ts';
import { published, publishNotes, publishRefusal } from './shared/publish.ts';
import { command, shellName } from './shared/text.ts';

/** The options of `docker run` that publish the ports. */
export function docker(request: CheckedRequest, flows: readonly Flow[], place: Place): Answer {
  const refusal = publishRefusal('docker', request, flows);
  if (refusal !== undefined) return refusal;
  if (flows.length === 0) return nothing('docker');
  const name = place.service ?? 'duoport';
  const all = published(flows);
  return rules('docker', flows, {
    format: 'sh',
    apply: [
      ...all.map(({ text, why }) => `# ${text} ${why}`),
      command(`docker run --detach --name ${name}`, [
        ...all.map(({ text }) => `--publish ${text}`),
        shellName(place.image, 'IMAGE', 'image with the FTP program'),
      ]),
    ],
    undo: [`docker rm --force ${name}`],
    notes: publishNotes(request),
  });
}
