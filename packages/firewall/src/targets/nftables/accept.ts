import type { CheckedRequest } from '../../check.ts';
import type { Flow } from '../../flow.ts';
import { plain } from '../../text.ts';
import { cameTranslated } from '../linux/nat-rules.ts';
import { pairsOf } from '../linux/pairs.ts';
import { addresses, tcpPorts } from './match.ts';

/** Table and chains of the administrator, and the mark of this request. */
export interface Where {
  readonly table: string;
  readonly in: string;
  readonly out: string;
  readonly through: string;
  readonly tag: string;
}

/** `duoport: WHY (TAG)`. The kernel keeps 128 bytes of a comment. */
export function comment(why: string, tag: string): string {
  return `comment "duoport: ${plain(why, 104)} (${tag})"`;
}

/**
 * `insert rule` lines: a rule behind a drop would never be reached. Each is inserted before the one above it, so they are
 * given last first and stand in the chain in the order of the flows.
 */
export function acceptLines(
  request: CheckedRequest,
  flows: readonly Flow[],
  where: Where,
): readonly string[] {
  const lines = flows.flatMap((flow) => acceptFlow(request, flow, where));
  return [...repliesLines(request, flows, where), ...lines.reverse()];
}

function acceptFlow(request: CheckedRequest, flow: Flow, where: Where): readonly string[] {
  const known = [
    ...(cameTranslated(request, flow) ? ['ct status dnat'] : []),
    ...(flow.state === 'related' ? ['ct state related', 'ct helper "ftp"'] : []),
  ];
  return pairsOf(flow)
    .filter(({ family }) => seen(where.table, family))
    .map((pair) => {
      const match = [
        ...interfaces(request, flow),
        ...addresses(pair),
        ...tcpPorts(flow.sourcePorts, flow.destinationPorts),
      ];
      return insert(where, flow.direction, [...match, ...known, 'accept', comment(flow.why, where.tag)]);
    });
}

/** Behind a masquerading box nobody outside has any business with an FTP server inside. */
function interfaces({ nat }: CheckedRequest, flow: Flow): readonly string[] {
  if (nat?.kind !== 'masquerade' || nat.outInterface === undefined) return [];
  return [`${flow.by === 'client' ? 'oifname' : 'iifname'} "${nat.outInterface}"`];
}

function repliesLines(request: CheckedRequest, flows: readonly Flow[], where: Where): readonly string[] {
  if (!request.replies) return [];
  const match = [
    'ct state established',
    'accept',
    comment('packets of connections that are open already', where.tag),
  ];
  return directions(request, flows).map((direction) => insert(where, direction, match));
}

function insert(where: Where, direction: Flow['direction'], words: readonly string[]): string {
  return `insert rule ${where.table} ${where[direction]} ${words.join(' ')}`;
}

/** Chains that get a rule. */
export function chainsOf(request: CheckedRequest, flows: readonly Flow[], where: Where): readonly string[] {
  const used = new Set<Flow['direction']>(flows.map(({ direction }) => direction));
  if (request.replies) for (const direction of directions(request, flows)) used.add(direction);
  return [...used].map((direction) => where[direction]);
}

/** Directions in which packets of open connections pass. */
function directions(request: CheckedRequest, flows: readonly Flow[]): readonly Flow['direction'][] {
  if (request.side === 'middle') return ['through'];
  return request.strictOutput || flows.some(({ direction }) => direction === 'out') ? ['in', 'out'] : ['in'];
}

function seen(table: string, family: 4 | 6 | undefined): boolean {
  if (family === undefined || table.startsWith('inet ')) return true;
  return table.startsWith('ip6 ') === (family === 6);
}
