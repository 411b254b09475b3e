import { rules } from '../answer.ts';
import type { CheckedRequest } from '../check.ts';
import type { Flow } from '../flow.ts';
import type { Place } from '../place.ts';
import type { Answer, Note } from '../rules.ts';
import { remark, tagOf } from '../text.ts';
import { moduleLines } from './linux/modules.ts';
import { acceptLines, chainsOf } from './nftables/accept.ts';
import { ownTable } from './nftables/own-table.ts';

const ownTableWhy =
  'A table of our own: it only assigns the helper and translates, and drops nothing. The accept rules must stand in your own chains, because a packet has to be accepted in every chain that it comes through.';

/**
 * nftables. Accept rules go to the front of the administrator's own chains; what can stand anywhere (helper, address
 * translation) gets a table of its own. The undo finds its rules by the mark in their comments.
 */
export function nftables(request: CheckedRequest, flows: readonly Flow[], place: Place): Answer {
  const where = {
    table: place.table ?? 'inet filter',
    in: place.inputChain ?? 'input',
    out: place.outputChain ?? 'output',
    through: place.forwardChain ?? 'forward',
    tag: tagOf([request, place]),
  };
  const table = ownTable(request, flows, where.tag);
  const accepts = acceptLines(request, flows, where);
  if (accepts.length + table.length === 0)
    return rules('nftables', flows, { format: 'sh', apply: [], undo: [] });
  const apply = [
    'set -e',
    ...moduleLines(request),
    "nft -f - <<'RULES'",
    ...accepts,
    ...(table.length === 0 ? [] : [...remark(ownTableWhy), ...table]),
    'RULES',
  ];
  const chains = chainsOf(request, flows, where);
  const undo = [
    `# Deletes the rules that carry the mark (${where.tag}), and nothing else.`,
    ...(chains.length === 0 ? [] : undoAccepts(where.table, chains, where.tag)),
    ...(table.length === 0 ? [] : [`nft delete table inet duoport_${where.tag}`]),
  ];
  return rules('nftables', flows, { format: 'sh', apply, undo, notes: notesOf(request, flows, where.table) });
}

function undoAccepts(table: string, chains: readonly string[], tag: string): readonly string[] {
  return [
    `for chain in ${chains.join(' ')}; do`,
    `  nft -a list chain ${table} "$chain" |`,
    `    sed -n 's/.* comment "duoport: [^"]* (${tag})" # handle \\([0-9]*\\)$/\\1/p' |`,
    `    while read -r handle; do nft delete rule ${table} "$chain" handle "$handle"; done`,
    'done',
  ];
}

function notesOf(request: CheckedRequest, flows: readonly Flow[], table: string): readonly Note[] {
  const notes: Note[] = [
    {
      code: 'not-kept',
      text: 'The rules last until the next start of the machine or of the nftables service. To keep them, write them into /etc/nftables.conf.',
    },
  ];
  const family = table.split(' ')[0];
  if (family !== 'inet' && flows.some(({ from, to }) => from.length + to.length === 0)) {
    const lost = family === 'ip' ? 'IPv6' : 'IPv4';
    notes.push({
      code: 'one-family',
      text: `The table ${table} sees no ${lost}: run this again with the table that does.`,
    });
  }
  if (request.nat?.kind === 'masquerade' && request.clients.length === 0) {
    notes.push({
      code: 'one-family',
      text: 'Only IPv4 is masqueraded. For IPv6 write the IPv6 networks of the clients.',
    });
  }
  return notes;
}
