import { refuse, rules } from '../answer.ts';
import type { CheckedRequest } from '../check.ts';
import type { Flow } from '../flow.ts';
import { familyOf } from '../network.ts';
import type { Place } from '../place.ts';
import type { Answer, Note } from '../rules.ts';
import { portList, ports, tagOf } from '../text.ts';
import { byFamily } from './shared/address.ts';
import { isShifted, portPairs } from './shared/forward.ts';
import { gap } from './shared/gap.ts';
import { comment } from './shared/text.ts';

/** Packet filter of OpenBSD, FreeBSD and macOS: rules in an anchor of their own, so the undo only empties the anchor. */
export function pf(request: CheckedRequest, flows: readonly Flow[], place: Place): Answer {
  const outer = outerOf(request, place);
  const refusal =
    gap(
      'pf',
      { request, flows },
      {
        product: 'pf',
        helper:
          'Leave the helper out and open the ranges, or run ftp-proxy(8) beside pf: it reads the control connection ' +
          'in place of a helper, and is as blind under TLS.',
      },
    ) ?? (outer === undefined ? withoutOuter() : undefined);
  if (refusal !== undefined) return refusal;
  const anchor = `duoport/${tagOf({ request, place })}`;
  const translations = flows.flatMap((flow) => translate(flow, request, outer));
  const filters = flows.flatMap(filter);
  return rules('pf', flows, {
    format: 'sh',
    apply: [
      `pfctl -a ${anchor} -f - <<'END'`,
      ...translations,
      ...filters,
      ...(request.side === 'middle' ? afterwards() : []),
      'END',
    ],
    undo: [
      `pfctl -a ${anchor} -F rules`,
      ...(translations.length === 0 ? [] : [`pfctl -a ${anchor} -F nat  # FreeBSD and macOS only`]),
    ],
    notes: notesOf(translations.length > 0),
  });
}

/** `on em0` and the address that the outside sees; empty where nothing is translated; undefined where it is not known. */
function outerOf({ nat }: CheckedRequest, place: Place): { on: string; address: string } | undefined {
  if (nat === undefined) return { on: '', address: '' };
  const name = (nat.kind === 'masquerade' ? nat.outInterface : undefined) ?? place.interface;
  const address = nat.kind === 'forward' ? nat.publicAddress : undefined;
  if (name !== undefined) return { on: `on ${name} `, address: address ?? `(${name})` };
  return address === undefined ? undefined : { on: '', address };
}

function withoutOuter(): Answer & { kind: 'refused' } {
  return refuse(
    'pf',
    'pf has no word for the outer address of the box that holds on every system it runs on.',
    'Name the outer interface, or the public address of the forwarding.',
  );
}

function filter(flow: Flow): readonly string[] {
  const self = '(self)';
  return [
    `# ${comment(flow.why)}`,
    ...byFamily(flow).map(({ family, from, to }) => {
      const source = list(from, flow.direction === 'out' ? self : 'any');
      const port = flow.sourcePorts === undefined ? '' : ` port ${ports(flow.sourcePorts, ':')}`;
      const anywhere = { in: self, out: 'any', through: `! ${self}` }[flow.direction];
      const words = [
        `pass ${flow.direction === 'out' ? 'out' : 'in'} quick${inet(family)} proto tcp`,
        `from ${source}${port} to ${list(to, anywhere)} port ${list(flow.destinationPorts.map(pfPorts))}`,
        `flags S/SA keep state label "duoport-${flow.id}"`,
        ...(flow.direction === 'through' ? ['tag duoport'] : []),
      ];
      return words.join(' ');
    }),
  ];
}

/** What was let in is let out at the other side, also when its addresses were translated in between. */
function afterwards(): readonly string[] {
  return [
    `# ${comment('what was let in above goes out on the other side')}`,
    'pass out quick proto tcp tagged duoport keep state',
  ];
}

/** FreeBSD and macOS translate before they filter, with rules of their own; OpenBSD's words stand beside, as comments. */
function translate(
  flow: Flow,
  { nat }: CheckedRequest,
  outer: { on: string; address: string } | undefined,
): readonly string[] {
  if (nat === undefined || outer === undefined) return [];
  const { on, address } = outer;
  if (nat.kind === 'masquerade' && flow.by === 'client') {
    return byFamily(flow).flatMap(({ family, from, to }) => {
      const what = `${on}${inet(family ?? 4).trim()} proto tcp from ${list(from, 'any')} to ${list(to, 'any')} port ${list(flow.destinationPorts.map(pfPorts))}`;
      return [
        `nat ${what} -> ${address}`,
        `# OpenBSD instead of the line above: match out ${what} nat-to ${address}`,
      ];
    });
  }
  const [server] = flow.to;
  if (server === undefined) return [];
  const match = byFamily(flow).find(({ family }) => family === familyOf(server));
  const source = `${list(match?.from ?? [], 'any')}${flow.sourcePorts === undefined ? '' : ` port ${ports(flow.sourcePorts, ':')}`}`;
  return portPairs(flow).flatMap((pair) => {
    const what = `${on}${inet(familyOf(server)).trim()} proto tcp from ${source} to ${address} port ${pfPorts(pair.outer)}`;
    const inner = pair.inner.low === pair.inner.high ? `${pair.inner.low}` : `${pair.inner.low}:*`;
    const target = `${server}${isShifted(pair) ? ` port ${inner}` : ''}`;
    return [
      `rdr ${what} -> ${target}`,
      `# OpenBSD instead of the line above: match in ${what} rdr-to ${target}`,
    ];
  });
}

function inet(family: 4 | 6 | undefined): string {
  if (family === undefined) return '';
  return family === 4 ? ' inet' : ' inet6';
}

function pfPorts(range: { readonly low: number; readonly high: number }): string {
  return portList([range], ':');
}

function list(words: readonly string[], none = 'any'): string {
  const [only, ...more] = words;
  if (only === undefined) return none;
  return more.length === 0 ? only : `{ ${words.join(', ')} }`;
}

function notesOf(translating: boolean): readonly Note[] {
  const anchors = translating
    ? ' (FreeBSD and macOS also: nat-anchor "duoport/*" and rdr-anchor "duoport/*")'
    : '';
  return [
    {
      code: 'pf-anchor',
      text: `pf looks into the anchor only when pf.conf names it: anchor "duoport/*"${anchors}, before the first block rule that says quick.`,
    },
    {
      code: 'pf-reboot',
      text: 'What pfctl loads is gone after a reboot: keep the rules in a file, with a load anchor line in pf.conf, to have them again.',
    },
  ];
}
