import { refuse, rules } from '../answer.ts';
import type { CheckedRequest } from '../check.ts';
import type { Flow } from '../flow.ts';
import type { Answer, Note } from '../rules.ts';
import { plain, portList, ports } from '../text.ts';
import { orAny, pairsOf } from './linux/pairs.ts';

const notes: readonly Note[] = [
  {
    code: 'same-rule',
    text: 'ufw has no rule twice: if you have the very same one already, it takes over this comment, and the undo deletes it.',
  },
];

/** ufw: one command a rule, put before the rules that are there. ufw keeps them over a restart. */
export function ufw(request: CheckedRequest, flows: readonly Flow[]): Answer {
  const { nat, helper } = request;
  if (nat !== undefined) {
    return refuse(
      'ufw',
      'No command of ufw translates addresses.',
      'The rules of the target iptables: those of table nat go into /etc/ufw/before.rules in a section *nat, those of chain FORWARD are what ufw route allow would say.',
    );
  }
  if (helper && flows.some(({ state }) => state === 'related')) {
    return refuse(
      'ufw',
      'No command of ufw assigns a connection tracking helper.',
      'Open the ranges instead (without the helper), or put the line of table raw that the target iptables prints into /etc/ufw/before.rules in a section *raw: ufw lets related connections in already.',
    );
  }
  const lines = flows.flatMap(flowLines);
  if (lines.length === 0) return rules('ufw', flows, { format: 'sh', apply: [], undo: [] });
  return rules('ufw', flows, {
    format: 'sh',
    apply: [
      'set -e',
      ...[...lines].reverse().map((line) => `ufw ${line.kind}prepend ${line.rule} comment '${line.comment}'`),
    ],
    undo: lines.map(({ kind, rule }) => `ufw ${kind}delete ${rule}`),
    notes,
  });
}

interface Line {
  readonly kind: '' | 'route ';
  readonly rule: string;
  readonly comment: string;
}

function flowLines(flow: Flow): readonly Line[] {
  const kind = flow.direction === 'through' ? 'route ' : '';
  const direction = { in: 'in ', out: 'out ', through: '' }[flow.direction];
  const source = flow.sourcePorts === undefined ? '' : ` port ${ports(flow.sourcePorts, ':')}`;
  const comment = plain(`duoport: ${flow.why}`, 200);
  return pairsOf(flow).flatMap(({ from, to }) =>
    orAny(from, 'any').flatMap((one) =>
      orAny(to, 'any').flatMap((other) =>
        portLists(flow).map((list) => ({
          kind,
          rule: `allow ${direction}proto tcp from ${one}${source} to ${other} port ${list}`,
          comment,
        })),
      ),
    ),
  );
}

/** One rule of ufw takes fifteen ports, and a range counts for two. */
function portLists({ destinationPorts }: Flow): readonly string[] {
  const most = 7;
  const lists: string[] = [];
  for (let start = 0; start < destinationPorts.length; start += most) {
    lists.push(portList(destinationPorts.slice(start, start + most), ':'));
  }
  return lists;
}
