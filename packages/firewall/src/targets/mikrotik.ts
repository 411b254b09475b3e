import { refuse, rules } from '../answer.ts';
import type { CheckedRequest } from '../check.ts';
import type { Flow } from '../flow.ts';
import type { Place } from '../place.ts';
import type { Answer, Note } from '../rules.ts';
import { portList, ports, tagOf } from '../text.ts';
import { type DestinationRule, destinationRules, type SourceRule, sourceRules } from './linux/nat-rules.ts';
import { endsOf, fifteenPorts, ofEachFamily } from './shared/address.ts';
import { isShifted, portByPort } from './shared/forward.ts';
import { tooManyPorts } from './shared/limits.ts';
import { comment } from './shared/text.ts';

/** A rule of RouterOS: where it goes, and its properties. */
interface RouterRule {
  /** `/ip firewall filter`, `/ipv6 firewall nat` … */
  readonly menu: string;
  /** The chain of RouterOS that leads to it. */
  readonly chain: string;
  readonly properties: readonly (readonly [string, string | undefined])[];
}

/**
 * RouterOS 6 and 7. The rules stand in chains of their own; one jump at the top of each built-in chain leads there, before
 * whatever drops. The undo removes both by the name of the chain.
 */
export function mikrotik(request: CheckedRequest, flows: readonly Flow[], place: Place): Answer {
  const tag = tagOf({ request, place });
  const destinations = destinationRules(request, flows);
  const onlySix =
    request.helper &&
    flows.length > 0 &&
    flows.every((flow) => ofEachFamily(flow).every(({ family }) => family === 6));
  if (onlySix) {
    return refuse(
      'mikrotik',
      'The FTP helper of RouterOS reads control connections over IPv4 only.',
      'Leave the helper out and open the ranges.',
    );
  }
  const refusal = tooManyPorts(
    'mikrotik',
    destinations.filter(isShifted).map(({ inside }) => inside),
    'RouterOS would map a range that is shifted to just any port of it, so each port needs a rule of its own',
  );
  if (refusal !== undefined) return refusal;
  const all = [
    ...sourceRules(request, flows).flatMap(translateSource),
    ...destinations.flatMap(portByPort).flatMap((rule) => translateDestination(rule, place)),
    ...flows.flatMap(filter),
    ...(request.replies ? replies(flows) : []),
  ];
  const jumps = [...new Map(all.map((rule) => [`${rule.menu} ${rule.chain}`, rule])).values()];
  const own = (chain: string): string => `duoport-${tag}-${chain}`;
  return rules('mikrotik', flows, {
    format: 'file',
    file: 'duoport-firewall.rsc',
    apply: [
      ...(request.helper ? helperCheck : []),
      ...all.map((rule) => add(rule, own(rule.chain))),
      ...jumps.map(({ menu, chain }) => jump(menu, chain, own(chain))),
    ],
    undo: jumps.map(
      ({ menu, chain }) => `${menu} remove [find where chain="${own(chain)}" or jump-target="${own(chain)}"]`,
    ),
    notes: notesOf(request),
  });
}

const helperCheck = [
  ':if ([/ip firewall service-port get [/ip firewall service-port find where name="ftp"] disabled]) do={:error "the FTP helper is off: /ip firewall service-port set ftp disabled=no"}',
];

function filter(flow: Flow): readonly RouterRule[] {
  const chain = { in: 'input', out: 'output', through: 'forward' }[flow.direction];
  const related: RouterRule['properties'] =
    flow.state === 'related'
      ? [
          ['connection-state', 'related'],
          ['connection-type', 'ftp'],
        ]
      : [];
  // The helper of RouterOS reads control connections over IPv4.
  const pairs = ofEachFamily(flow).filter(({ family }) => flow.state === 'new' || family === 4);
  return pairs.flatMap((pair) =>
    endsOf(pair).flatMap(({ from, to }) =>
      fifteenPorts(flow.destinationPorts).map((some) => ({
        menu: menuOf(pair.family, 'filter'),
        chain,
        properties: [
          ['action', 'accept'],
          ...related,
          ['protocol', 'tcp'],
          ['src-address', from],
          ['src-port', flow.sourcePorts === undefined ? undefined : ports(flow.sourcePorts)],
          ['dst-address', to],
          ['dst-port', portList(some)],
          ['comment', comment(flow.why)],
        ] as const,
      })),
    ),
  );
}

function replies(flows: readonly Flow[]): readonly RouterRule[] {
  const chain = flows.some(({ direction }) => direction === 'through') ? ['forward'] : ['input', 'output'];
  return ([4, 6] as const).flatMap((family) =>
    chain.map((name) => ({
      menu: menuOf(family, 'filter'),
      chain: name,
      properties: [
        ['action', 'accept'],
        ['connection-state', 'established'],
        ['protocol', 'tcp'],
        ['comment', comment('packets of connections that were let through')],
      ],
    })),
  );
}

function translateDestination(rule: DestinationRule, place: Place): readonly RouterRule[] {
  return endsOf({ from: rule.from, to: [] }).map(({ from }) => ({
    menu: menuOf(rule.family, 'nat'),
    chain: 'dstnat',
    properties: [
      ['action', 'dst-nat'],
      ['protocol', 'tcp'],
      ['src-address', from],
      ['src-port', rule.sourcePorts === undefined ? undefined : ports(rule.sourcePorts)],
      ...(rule.dialled === undefined
        ? ([['dst-address-type', 'local']] as const)
        : ([['dst-address', rule.dialled]] as const)),
      ['in-interface', place.interface],
      ['dst-port', ports(rule.outside)],
      ['to-addresses', rule.server],
      ['to-ports', isShifted(rule) ? ports(rule.inside) : undefined],
      ['comment', comment(`${rule.why}: forwarded`)],
    ],
  }));
}

function translateSource(rule: SourceRule): readonly RouterRule[] {
  return endsOf(rule).flatMap(({ from, to }) =>
    fifteenPorts(rule.destinationPorts).map((some) => ({
      menu: menuOf(rule.family, 'nat'),
      chain: 'srcnat',
      properties: [
        ['action', rule.address === undefined ? 'masquerade' : 'src-nat'],
        ['protocol', 'tcp'],
        ['src-address', from],
        ['src-port', rule.sourcePorts === undefined ? undefined : ports(rule.sourcePorts)],
        ['dst-address', to],
        ['dst-port', portList(some)],
        ['out-interface', rule.outInterface],
        ['to-addresses', rule.address],
        ['comment', comment(`${rule.why}: leaves with the address of the box`)],
      ] as const,
    })),
  );
}

function menuOf(family: 4 | 6, table: 'filter' | 'nat'): string {
  return `/${family === 4 ? 'ip' : 'ipv6'} firewall ${table}`;
}

function add({ menu, properties }: RouterRule, chain: string): string {
  const words = properties.flatMap(([name, value]) => {
    if (value === undefined) return [];
    return [name === 'comment' ? `${name}="${value}"` : `${name}=${value}`];
  });
  return `${menu} add chain=${chain} ${words.join(' ')}`;
}

/** Before the first rule that an administrator made: RouterOS puts nothing before the rules that it makes itself. */
function jump(menu: string, chain: string, own: string): string {
  const rule = `${menu} add chain=${chain} action=jump jump-target=${own} protocol=tcp comment="${comment('FTP')}"`;
  return [
    '{',
    `  :local first [${menu} find where chain=${chain} and dynamic=no]`,
    `  :if ([:len $first] > 0) do={${rule} place-before=($first->0)} else={${rule}}`,
    '}',
  ].join('\n');
}

function notesOf(request: CheckedRequest): readonly Note[] {
  const notes: Note[] = [
    {
      code: 'mikrotik-import',
      text: 'Copy the file to the router and run: /import file-name=duoport-firewall.rsc',
    },
  ];
  if (!request.helper) return notes;
  const list = request.controlPorts.join(',');
  notes.push({
    code: 'mikrotik-helper',
    text: `The helper reads control connections over IPv4 only. It is one switch for the whole router, so the script only checks that it is on. It must watch the control port: /ip firewall service-port set ftp disabled=no ports=${list}`,
  });
  return notes;
}
