import { refuse, rules } from '../answer.ts';
import type { CheckedRequest } from '../check.ts';
import type { Flow } from '../flow.ts';
import type { Place } from '../place.ts';
import type { Answer, Note } from '../rules.ts';
import { portList, ports, tagOf } from '../text.ts';
import { type DestinationRule, destinationRules } from './linux/nat-rules.ts';
import { pairsOf } from './linux/pairs.ts';
import { isShifted, portByPort } from './shared/forward.ts';
import { tooManyPorts } from './shared/limits.ts';
import { comment, script } from './shared/text.ts';

/** A section of /etc/config/firewall, without its name. */
interface Section {
  readonly id: Flow['id'];
  readonly type: 'rule' | 'redirect';
  readonly options: readonly (readonly [string, string | readonly string[] | undefined])[];
}

interface Zones {
  readonly inside: string;
  readonly outside: string;
}

/** fw4 and fw3, through uci: named sections, so the undo deletes just these. */
export function openwrt(request: CheckedRequest, flows: readonly Flow[], place: Place): Answer {
  const zones = { inside: place.insideZone ?? 'lan', outside: place.outsideZone ?? 'wan' };
  const destinations = destinationRules(request, flows);
  const refusal =
    helperRefusal(request) ??
    tooManyPorts(
      'openwrt',
      destinations.filter(isShifted).map(({ inside }) => inside),
      'A redirect would map a range that is shifted to just any port of it, so each port needs one of its own',
    );
  if (refusal !== undefined) return refusal;
  const forwarded = new Set(destinations.map(({ why }) => why));
  const sections = [
    ...(request.helper
      ? flows.filter(({ id }) => id === 'control').flatMap((flow) => helper(flow, request, zones))
      : []),
    ...destinations.flatMap(portByPort).flatMap((rule) => redirect(rule, flows, zones)),
    ...flows
      .filter((flow) => flow.state === 'new' && !forwarded.has(flow.why))
      .flatMap((flow) => allow(flow, request, zones)),
  ];
  const tag = tagOf({ request, place });
  const named = sections.map((section, index) => ({ ...section, name: `duoport_${tag}_${index + 1}` }));
  return rules('openwrt', flows, {
    format: 'sh',
    apply: script([...batch(named.flatMap(setting)), ...reload(named.length)]),
    undo: [...batch(named.map(({ name }) => `delete firewall.${name}`)), ...reload(named.length)],
    notes: notesOf(request, zones),
  });
}

function helperRefusal(request: CheckedRequest): (Answer & { kind: 'refused' }) | undefined {
  if (!request.helper || request.side !== 'client') return undefined;
  return refuse(
    'openwrt',
    'OpenWrt gives a helper to connections that come in from a zone, and the control connection of its own client goes out.',
    'Leave the helper out and open the active range.',
  );
}

/** Zones that the first packet of a flow comes from and goes to: `*` is any zone, undefined the router itself. */
function zonesOf(
  flow: Flow,
  { nat }: CheckedRequest,
  { inside, outside }: Zones,
): { src?: string; dest?: string } {
  if (flow.direction === 'in') return { src: '*' };
  if (flow.direction === 'out') return { dest: '*' };
  if (nat === undefined) return { src: '*', dest: '*' };
  const fromInside = (nat.kind === 'masquerade') === (flow.by === 'client');
  return fromInside ? { src: inside, dest: outside } : { src: outside, dest: inside };
}

function allow(flow: Flow, request: CheckedRequest, zones: Zones): readonly Section[] {
  const { src, dest } = zonesOf(flow, request, zones);
  return pairsOf(flow).map(({ family, from, to }) => ({
    id: flow.id,
    type: 'rule',
    options: [
      ['name', comment(flow.why, 100)],
      ['family', familyName(family)],
      ['src', src],
      ['dest', dest],
      ['proto', 'tcp'],
      ['src_ip', from],
      ['src_port', flow.sourcePorts === undefined ? undefined : ports(flow.sourcePorts)],
      ['dest_ip', to],
      ['dest_port', portList(flow.destinationPorts, '-', ' ')],
      ['target', 'ACCEPT'],
    ],
  }));
}

/** A redirect takes one network, and lets through what it has translated. */
function redirect(
  rule: DestinationRule,
  flows: readonly Flow[],
  { inside, outside }: Zones,
): readonly Section[] {
  const id = flows.find(({ why }) => why === rule.why)?.id ?? 'control';
  const senders = rule.from.length === 0 ? [undefined] : rule.from;
  return senders.map((from) => ({
    id,
    type: 'redirect',
    options: [
      ['name', comment(rule.why, 100)],
      ['family', familyName(rule.family)],
      ['src', outside],
      ['src_ip', from],
      ['src_port', rule.sourcePorts === undefined ? undefined : ports(rule.sourcePorts)],
      ['src_dip', rule.dialled],
      ['src_dport', ports(rule.outside)],
      ['proto', 'tcp'],
      ['dest', inside],
      ['dest_ip', rule.server],
      ['dest_port', ports(rule.inside)],
      ['target', 'DNAT'],
      // Reflection would also let the inner network in through the public address, which nobody asked for.
      ['reflection', '0'],
    ],
  }));
}

/** fw4 gives helpers out after port forwarding, so the ports are those of the server. */
function helper(flow: Flow, request: CheckedRequest, zones: Zones): readonly Section[] {
  const { src } = zonesOf(flow, request, zones);
  const sources = src === '*' ? [zones.outside, zones.inside] : [src];
  return sources.flatMap((zone) =>
    pairsOf(flow).map(({ family, from, to }) => ({
      id: flow.id,
      type: 'rule' as const,
      options: [
        ['name', comment('control connection, read by the FTP helper', 100)],
        ['family', familyName(family)],
        ['src', zone],
        ['proto', 'tcp'],
        ['src_ip', from],
        ['dest_ip', to],
        ['dest_port', portList(flow.destinationPorts, '-', ' ')],
        ['target', 'HELPER'],
        ['set_helper', 'ftp'],
      ] as const,
    })),
  );
}

function familyName(family: 4 | 6 | undefined): string | undefined {
  return family === undefined ? undefined : `ipv${family}`;
}

function setting({ name, type, options }: Section & { readonly name: string }): readonly string[] {
  const lines = options.flatMap(([option, value]) => {
    if (value === undefined) return [];
    if (typeof value === 'string') return [`set firewall.${name}.${option}='${value}'`];
    return value.map((one) => `add_list firewall.${name}.${option}='${one}'`);
  });
  return [`set firewall.${name}=${type}`, ...lines];
}

function batch(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["uci batch <<'END'", ...lines, 'END'];
}

function reload(count: number): readonly string[] {
  return count === 0 ? [] : ['uci commit firewall', '/etc/init.d/firewall reload'];
}

function notesOf(request: CheckedRequest, { inside, outside }: Zones): readonly Note[] {
  const notes: Note[] = [];
  if (request.nat !== undefined) {
    notes.push({
      code: 'openwrt-masquerade',
      text: `What goes out gets the address of the router by the masq option of zone ${outside}, which is on by default; the rules leave it alone. Zones: ${outside} outside, ${inside} inside.`,
    });
  }
  if (request.helper) {
    notes.push({
      code: 'openwrt-nathelper',
      text: 'The helper is in the package kmod-nf-nathelper: opkg install kmod-nf-nathelper (apk add on newer systems).',
    });
  }
  return notes;
}
