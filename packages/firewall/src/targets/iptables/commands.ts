import type { CheckedRequest } from '../../check.ts';
import type { Flow } from '../../flow.ts';
import { familyOf } from '../../network.ts';
import type { PortRange } from '../../request.ts';
import { plain, ports, width } from '../../text.ts';
import {
  cameTranslated,
  type DestinationRule,
  destinationRules,
  sourceRules,
  watched,
} from '../linux/nat-rules.ts';
import { orAny, pairsOf } from '../linux/pairs.ts';

/** One rule: everything between `-I CHAIN` or `-D CHAIN` and the end of the line. */
export interface Rule {
  readonly tool: 'iptables' | 'ip6tables';
  readonly table: 'filter' | 'raw' | 'nat';
  readonly chain: string;
  readonly words: readonly string[];
}

export interface Chains {
  readonly in: string;
  readonly out: string;
  readonly through: string;
}

/** The command that inserts the rule at the front of its chain, or deletes it. */
export function command(rule: Rule, verb: '-I' | '-D'): string {
  const table = rule.table === 'filter' ? [] : ['-t', rule.table];
  return [rule.tool, ...table, verb, rule.chain, ...rule.words].join(' ');
}

/** In the order in which they are to stand in their chains. */
export function ruleList(request: CheckedRequest, flows: readonly Flow[], chains: Chains): readonly Rule[] {
  return [
    ...helperRules(request, flows),
    ...destinationRules(request, flows).map(destinationRule),
    ...flows.flatMap((flow) => acceptRules(request, flow, chains)),
    ...replyRules(request, flows, chains),
    ...translated(request, flows),
  ];
}

/** Table raw comes before connection tracking, so also before any port forwarding. */
function helperRules(request: CheckedRequest, flows: readonly Flow[]): readonly Rule[] {
  const control = watched(request, flows);
  if (control === undefined) return [];
  const { nat } = request;
  const chain = request.side === 'client' ? 'OUTPUT' : 'PREROUTING';
  const local = nat?.kind === 'forward' && nat.publicAddress === undefined;
  const server = nat?.kind === 'forward' ? familyOf(nat.server) : undefined;
  return expand(control)
    .filter(({ family }) => server === undefined || family === undefined || family === server)
    .flatMap((ends) => toolsOf(ends.family ?? server).map((tool) => ({ ...ends, tool })))
    .map(({ tool, from, to, destination }) => ({
      tool,
      table: 'raw',
      chain,
      words: [
        ...tcp({ from, to, destination }),
        ...(local ? ['-m addrtype --dst-type LOCAL'] : []),
        comment('kernels assign no helper by themselves'),
        '-j CT --helper ftp',
      ],
    }));
}

function acceptRules(request: CheckedRequest, flow: Flow, chains: Chains): readonly Rule[] {
  const known = [
    ...(cameTranslated(request, flow) ? ['-m conntrack --ctstate DNAT'] : []),
    ...(flow.state === 'related' ? ['-m conntrack --ctstate RELATED -m helper --helper ftp'] : []),
  ];
  return expand(flow).flatMap((ends) =>
    toolsOf(ends.family).map((tool) => ({
      tool,
      table: 'filter',
      chain: chains[flow.direction],
      words: [
        ...interfaces(request, flow),
        ...tcp({ ...ends, source: flow.sourcePorts }),
        ...known,
        comment(flow.why),
        '-j ACCEPT',
      ],
    })),
  );
}

/** Behind a masquerading box nobody outside has any business with an FTP server inside. */
function interfaces({ nat }: CheckedRequest, flow: Flow): readonly string[] {
  if (nat?.kind !== 'masquerade' || nat.outInterface === undefined) return [];
  return [`${flow.by === 'client' ? '-o' : '-i'} ${nat.outInterface}`];
}

function replyRules(request: CheckedRequest, flows: readonly Flow[], chains: Chains): readonly Rule[] {
  if (!request.replies) return [];
  const both = request.strictOutput || flows.some(({ direction }) => direction === 'out');
  const directions =
    request.side === 'middle' ? (['through'] as const) : both ? (['in', 'out'] as const) : (['in'] as const);
  const tools = [...new Set(flows.flatMap((flow) => pairsOf(flow).flatMap(({ family }) => toolsOf(family))))];
  const words = [
    '-m conntrack --ctstate ESTABLISHED',
    comment('packets of connections that are open already'),
    '-j ACCEPT',
  ];
  return directions.flatMap((direction) =>
    tools.map((tool) => ({ tool, table: 'filter', chain: chains[direction], words })),
  );
}

function destinationRule(rule: DestinationRule): Rule {
  const to = rule.dialled;
  return {
    tool: rule.family === 6 ? 'ip6tables' : 'iptables',
    table: 'nat',
    chain: 'PREROUTING',
    words: [
      ...(rule.inInterface === undefined ? [] : [`-i ${rule.inInterface}`]),
      // Several networks in one -s would be several rules all the same.
      ...(rule.from.length === 0 ? [] : [`-s ${rule.from.join(',')}`]),
      ...tcp({ from: undefined, to, source: rule.sourcePorts, destination: rule.outside }),
      ...(to === undefined ? ['-m addrtype --dst-type LOCAL'] : []),
      comment(rule.why),
      `-j DNAT --to-destination ${inside(rule)}`,
    ],
  };
}

/** `LO-HI/BASE` moves a range as a whole: port BASE+n becomes LO+n. */
function inside({ server, outside, inside: inner, family }: DestinationRule): string {
  if (outside.low === inner.low) return server;
  const moved = `${ports(inner)}${width(inner) === 1 ? '' : `/${outside.low}`}`;
  // Quoted: brackets are a pattern to the shell.
  return family === 6 ? `"[${server}]:${moved}"` : `${server}:${moved}`;
}

function translated(request: CheckedRequest, flows: readonly Flow[]): readonly Rule[] {
  return sourceRules(request, flows).flatMap((rule) =>
    expand(rule).map(({ from, to, destination }) => ({
      tool: rule.family === 6 ? 'ip6tables' : 'iptables',
      table: 'nat',
      chain: 'POSTROUTING',
      words: [
        ...(rule.outInterface === undefined ? [] : [`-o ${rule.outInterface}`]),
        ...tcp({ from, to, source: rule.sourcePorts, destination }),
        comment(rule.why),
        rule.address === undefined ? '-j MASQUERADE' : `-j SNAT --to-source ${rule.address}`,
      ],
    })),
  );
}

interface Ends {
  readonly family: 4 | 6 | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly destination: PortRange;
}

/** One rule matches one network on either end and one range of ports: every combination. */
function expand(flow: Pick<Flow, 'from' | 'to' | 'destinationPorts'>): readonly Ends[] {
  return pairsOf(flow).flatMap(({ family, from, to }) =>
    flow.destinationPorts.flatMap((destination) =>
      orAny(from, undefined).flatMap((one) =>
        orAny(to, undefined).map((other) => ({ family, from: one, to: other, destination })),
      ),
    ),
  );
}

function toolsOf(family: 4 | 6 | undefined): readonly Rule['tool'][] {
  if (family === undefined) return ['iptables', 'ip6tables'];
  return [family === 4 ? 'iptables' : 'ip6tables'];
}

function tcp(match: {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly source?: PortRange | undefined;
  readonly destination: PortRange;
}): readonly string[] {
  return [
    ...(match.from === undefined ? [] : [`-s ${match.from}`]),
    ...(match.to === undefined ? [] : [`-d ${match.to}`]),
    '-p tcp',
    ...(match.source === undefined ? [] : [`--sport ${ports(match.source, ':')}`]),
    `--dport ${ports(match.destination, ':')}`,
  ];
}

function comment(why: string): string {
  return `-m comment --comment "duoport: ${plain(why, 200)}"`;
}
