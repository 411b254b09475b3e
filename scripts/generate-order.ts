import { type OrderPart, requirements, startOrder, transitions } from '@duoport/protocol';

/** docs/reference/order.md: the diagrams and tables of what may follow what, drawn from the order table. */
export function orderPage(): string {
  const parts = Object.keys(startOrder(false)) as OrderPart[];
  const sections = parts.map((part) => [`## ${part}`, '', ...diagram(part), ''].join('\n'));
  return [
    '# The order of an FTP dialogue',
    '',
    'Generated from `packages/protocol/src/order.ts` by `npm run generate`; the prose above the table there says why.',
    'A session is five small machines side by side. An arrow is a verb with the final replies that let it happen.',
    '',
    ...sections,
    '## What a verb needs',
    '',
    'Every verb whose row says so also needs a login (530 before it).',
    '',
    '| verb | machine | must be in | otherwise |',
    '|---|---|---|---|',
    ...requirements.map(
      ({ verb, part, in: states, refusal }) =>
        `| ${verb} | ${part} | ${states.join(', ')} | ${refusal.code} ${refusal.lines.join(' ')} |`,
    ),
    '',
  ].join('\n');
}

function diagram(part: OrderPart): string[] {
  const lines = ['```mermaid', 'stateDiagram-v2', `  [*] --> ${id(startOrder(false)[part])}`];
  const states = new Set<string>([startOrder(false)[part]]);
  for (const row of transitions) {
    if (row.part !== part) continue;
    states.add(row.to);
    if (row.from !== 'any') for (const from of row.from) states.add(from);
  }
  for (const row of transitions) {
    if (row.part !== part) continue;
    for (const from of row.from === 'any' ? states : row.from) {
      lines.push(`  ${id(from)} --> ${id(row.to)}: ${row.on} ${row.codes.join(', ')}`);
    }
  }
  return [...lines, '```'];
}

/** Mermaid takes no hyphen in the name of a state. */
function id(state: string): string {
  return state.replace('-', '_');
}
