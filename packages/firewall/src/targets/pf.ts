import { refuse, rules } from '../answer.ts';
import type { CheckedRequest } from '../check.ts';
import type { Flow } from '../flow.ts';
import type { Place } from '../place.ts';
import type { PortRange } from '../request.ts';
import type { Answer, Note } from '../rules.ts';
import { ports, tagOf } from '../text.ts';
import { type DestinationRule, destinationRules, type SourceRule, sourceRules } from './linux/nat-rules.ts';
import { pairsOf } from './linux/pairs.ts';
import { isShifted } from './shared/forward.ts';
import { gap } from './shared/gap.ts';
import { nothing } from './shared/nothing.ts';
import { comment } from './shared/text.ts';

/** What `self` is for pf: every address of the machine, also of interfaces that change theirs. */
const self = '(self)';

/** Packet filter of OpenBSD, FreeBSD and macOS: rules in an anchor of their own, so the undo only empties the anchor. */
export function pf(request: CheckedRequest, flows: readonly Flow[], place: Place): Answer {
  const interfaceName =
    request.nat?.kind === 'masquerade' ? (request.nat.outInterface ?? place.interface) : place.interface;
  const refusal = gap(
    'pf',
    { request, flows },
    {
      product: 'pf',
      helper:
        'Leave the helper out and open the ranges, or run ftp-proxy(8) beside pf: it does the work of a helper, and is as blind under TLS.',
    },
  );
  if (refusal !== undefined) return refusal;
  const sources = sourceRules(request, flows);
  if (interfaceName === undefined && sources.some(({ address }) => address === undefined)) {
    return refuse(
      'pf',
      'pf translates sources to the address of an interface that has a name, and none is known.',
      'Name the outer interface, or the public address of the forwarding.',
    );
  }
  const on = interfaceName === undefined ? '' : `on ${interfaceName} `;
  const translations = [
    ...sources.flatMap((rule) => translateSource(rule, on, interfaceName)),
    ...destinationRules(request, flows).flatMap((rule) => translateDestination(rule, on, interfaceName)),
  ];
  return written(flows, {
    translations,
    anchor: `duoport/${tagOf({ request, place })}`,
    middle: request.side === 'middle',
  });
}

function written(
  flows: readonly Flow[],
  { translations, anchor, middle }: { translations: readonly string[]; anchor: string; middle: boolean },
): Answer {
  if (flows.length === 0) return nothing('pf');
  const translating = translations.length > 0;
  return rules('pf', flows, {
    format: 'sh',
    apply: [
      `pfctl -a ${anchor} -f - <<'END'`,
      ...translations,
      ...flows.flatMap(filter),
      ...(middle ? outAgain : []),
      'END',
    ],
    undo: [
      `pfctl -a ${anchor} -F rules`,
      ...(translating ? [`pfctl -a ${anchor} -F nat  # not on OpenBSD`] : []),
    ],
    notes: notesOf(translating),
  });
}

/** What was let in is let out at the other side, also where its addresses were translated in between. */
const outAgain = [
  `# ${comment('what was let in above goes out on the other side')}`,
  'pass out quick proto tcp tagged duoport keep state',
];

function filter(flow: Flow): readonly string[] {
  const out = flow.direction === 'out';
  const anywhere = { in: self, out: 'any', through: `! ${self}` }[flow.direction];
  const passes = pairsOf(flow).map(({ family, from, to }) =>
    [
      `pass ${out ? 'out' : 'in'} quick ${inet(family)}proto tcp`,
      `from ${list(from, out ? self : 'any')}${fromPort(flow.sourcePorts)}`,
      `to ${list(to, anywhere)} port ${list(flow.destinationPorts.map(span))} flags S/SA keep state`,
      ...(flow.direction === 'through' ? ['tag duoport'] : []),
      `label "duoport-${flow.id}"`,
    ].join(' '),
  );
  return [`# ${comment(flow.why)}`, ...passes];
}

// FreeBSD and macOS translate before they filter, with rules of their own. OpenBSD's words stand beside, as comments.

function translateSource(rule: SourceRule, on: string, interfaceName: string | undefined): readonly string[] {
  const address = rule.address ?? `(${interfaceName})`;
  const what =
    `${on}${inet(rule.family)}proto tcp from ${list(rule.from, 'any')}${fromPort(rule.sourcePorts)} ` +
    `to ${list(rule.to, 'any')} port ${list(rule.destinationPorts.map(span))}`;
  // A server that dials from port 20 is known by that port, so the translation keeps it.
  const keep = rule.sourcePorts === undefined ? '' : ' static-port';
  return [
    `# ${comment(`${rule.why}: leaves with the address of the box`)}`,
    `nat ${what} -> ${address}${keep}`,
    `# OpenBSD instead: match out ${what} nat-to ${address}${keep}`,
  ];
}

function translateDestination(
  rule: DestinationRule,
  on: string,
  interfaceName: string | undefined,
): readonly string[] {
  const dialled = rule.dialled ?? (interfaceName === undefined ? self : `(${interfaceName})`);
  const what =
    `${on}${inet(rule.family)}proto tcp from ${list(rule.from, 'any')}${fromPort(rule.sourcePorts)} ` +
    `to ${dialled} port ${span(rule.outside)}`;
  const { low, high } = rule.inside;
  const target = isShifted(rule) ? `${rule.server} port ${low}${low === high ? '' : ':*'}` : rule.server;
  return [
    `# ${comment(`${rule.why}: forwarded`)}`,
    `rdr ${what} -> ${target}`,
    `# OpenBSD instead: match in ${what} rdr-to ${target}`,
  ];
}

function inet(family: 4 | 6 | undefined): string {
  if (family === undefined) return '';
  return family === 4 ? 'inet ' : 'inet6 ';
}

function fromPort(range: PortRange | undefined): string {
  return range === undefined ? '' : ` port ${span(range)}`;
}

function span(range: PortRange): string {
  return ports(range, ':');
}

function list(words: readonly string[], none = 'any'): string {
  const [only, ...more] = words;
  if (only === undefined) return none;
  return more.length === 0 ? only : `{ ${words.join(', ')} }`;
}

function notesOf(translating: boolean): readonly Note[] {
  const more = translating
    ? ' (on FreeBSD and macOS also nat-anchor "duoport/*" and rdr-anchor "duoport/*")'
    : '';
  const notes: Note[] = [
    {
      code: 'pf-anchor',
      text: `pf looks into the anchor only when pf.conf names it: anchor "duoport/*"${more}, before the first block rule that says quick.`,
    },
    {
      code: 'pf-reboot',
      text: 'What pfctl loads is gone after a reboot. To keep it, put the rules into a file that a load anchor line of pf.conf names.',
    },
  ];
  if (translating) {
    notes.push({
      code: 'pf-openbsd',
      text: 'The lines that begin with nat and rdr are in the words of FreeBSD and macOS. OpenBSD has others: take the line after each, without its comment sign, in its place.',
    });
  }
  return notes;
}
