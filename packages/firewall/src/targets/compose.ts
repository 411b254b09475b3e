import { rules } from '../answer.ts';
import type { CheckedRequest } from '../check.ts';
import type { Flow } from '../flow.ts';
import type { Place } from '../place.ts';
import type { Answer } from '../rules.ts';
import { nothing } from './shared/nothing.ts';
import { published, publishNotes, publishRefusal } from './shared/publish.ts';

/** A file to lay over the compose file that has the service: `docker compose` adds the ports to it. */
export function compose(request: CheckedRequest, flows: readonly Flow[], place: Place): Answer {
  const refusal = publishRefusal('compose', request, flows);
  if (refusal !== undefined) return refusal;
  if (flows.length === 0) return nothing('compose');
  const service = place.service ?? 'duoport';
  const file = 'compose.duoport.yaml';
  const all = published(flows);
  return rules('compose', flows, {
    format: 'file',
    file,
    apply: [
      'services:',
      `  ${service}:`,
      '    ports:',
      ...all.flatMap(({ text, why }) => [`      # ${why}`, `      - "${text}"`]),
    ],
    undo: [`rm ${file}`, `docker compose up --detach ${service}`],
    notes: [
      {
        code: 'compose-files',
        text: `Start it with both files: docker compose -f compose.yaml -f ${file} up --detach ${service}`,
      },
      ...publishNotes(request),
    ],
  });
}
