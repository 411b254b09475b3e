import { rules } from '../answer.ts';
import type { CheckedRequest } from '../check.ts';
import type { Flow } from '../flow.ts';
import type { Place } from '../place.ts';
import type { Answer, Note } from '../rules.ts';
import { command, type Rule, ruleList } from './iptables/commands.ts';
import { moduleLines } from './linux/modules.ts';

const mark = 'DUOPORT_NEW_TABLE';

/** iptables, and ip6tables where IPv6 is meant: commands for a shell, each rule at the front of its chain. */
export function iptables(request: CheckedRequest, flows: readonly Flow[], place: Place): Answer {
  const chains = {
    in: place.inputChain ?? 'INPUT',
    out: place.outputChain ?? 'OUTPUT',
    through: place.forwardChain ?? 'FORWARD',
  };
  const list = ruleList(request, flows, chains);
  if (list.length === 0) return rules('iptables', flows, { format: 'sh', apply: [], undo: [] });
  const deletes = list.map((rule) => command(rule, '-D'));
  const extra = extraTables(list);
  return rules('iptables', flows, {
    format: 'sh',
    // One tool after the other: where the kernel has no IPv6, the rules for IPv4 are in before ip6tables fails.
    apply: [
      'set -e',
      ...moduleLines(request),
      ...(['iptables', 'ip6tables'] as const).flatMap((tool) => toolLines(tool, list, extra)),
    ],
    undo: [...deletes, ...removeTables(extra)],
    notes: notesOf(request, extra.length > 0),
  });
}

function toolLines(tool: Rule['tool'], list: readonly Rule[], extra: readonly string[]): readonly string[] {
  const rulesOfTool = list.filter((rule) => rule.tool === tool);
  const tables = extra.filter((pair) => pair.startsWith(`${tool} `));
  // Each rule is inserted before the one above it.
  return [...markTables(tables), ...rulesOfTool.reverse().map((rule) => command(rule, '-I'))];
}

/** Tool and table of everything that does not go into the filter table, which is there whenever packets are dropped. */
function extraTables(list: readonly Rule[]): readonly string[] {
  const pairs = list.filter(({ table }) => table !== 'filter').map(({ tool, table }) => `${tool} ${table}`);
  return [...new Set(pairs)].sort();
}

function markTables(pairs: readonly string[]): readonly string[] {
  if (pairs.length === 0) return [];
  const lines = pairs.map((pair) => {
    const [tool, table] = pair.split(' ');
    return `${tool}-save | grep -q '^\\*${table}$' || ${tool} -t ${table} -N ${mark}`;
  });
  return [
    '# A table comes into being with its first chain. This empty one tells the undo that it was not there before.',
    ...lines,
  ];
}

function removeTables(pairs: readonly string[]): readonly string[] {
  if (pairs.length === 0) return [];
  return [
    '# A table that was not there before goes away again, if nobody has put anything else into it.',
    'remove_table() {',
    `  rest=$("$1-save" -t "$2" | grep -v -e '^[#*C]' -e '^:[A-Z]* ACCEPT ')`,
    `  [ "$rest" = ':${mark} - [0:0]' ] || return 0`,
    `  "$1" -t "$2" -X ${mark}`,
    '  # iptables-legacy has tables of its own, and others may have put into this one what iptables does not see.',
    '  "$1" -V | grep -q nf_tables || return 0',
    `  rest=$(nft list table "$3" "$2" 2>/dev/null | grep -v -e '^table ' -e '[[:space:]]chain [A-Z]* {$' -e 'type .* policy accept;$' -e '^[[:space:]]*}*$')`,
    '  [ -n "$rest" ] || nft delete table "$3" "$2"',
    '}',
    ...pairs.map((pair) => `remove_table ${pair} ${pair.startsWith('ip6') ? 'ip6' : 'ip'}`),
  ];
}

function notesOf(request: CheckedRequest, extra: boolean): readonly Note[] {
  const notes: Note[] = [
    {
      code: 'not-kept',
      text: 'The rules last until the next start of the machine. To keep them: netfilter-persistent save (Debian, Ubuntu), or iptables-save into the file that your system loads.',
    },
  ];
  if (extra) {
    notes.push({
      code: 'empty-table',
      text: 'With iptables-legacy, or without the nft program, a table that was not there before (raw, nat) stays behind the undo, empty.',
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
