import { hostWithRole } from '../hosts.ts';
import { hostsBetween } from '../path.ts';
import { segmentsOf } from '../segments.ts';
import type { HostSpec, Topology } from '../topology.ts';
import { type Wiring, wire } from '../wiring.ts';
import type { Pen } from './pen.ts';

/** One host of the drawing. */
export interface Box {
  readonly host: string;
  /** Columns, both included. */
  readonly left: number;
  readonly right: number;
  readonly center: number;
  readonly lines: readonly string[];
}

export interface BoxRow {
  readonly boxes: readonly Box[];
  /** The switch that some of them hang on, with the network it is. */
  readonly bus: { readonly hosts: readonly string[]; readonly label: string } | undefined;
}

/** Lays the hosts out in one row: on the way from client to server, or along the switch that both hang on. */
export function boxRow(topology: Topology, columns: number, pen: Pen): BoxRow {
  const wirings = wire(topology);
  const bus = busOf(topology);
  const order = orderOf(topology, wirings, bus?.hosts ?? []);
  const specs = order.map((name) => wirings.get(name)).filter((one) => one !== undefined);
  const { texts, padding } = fit(
    specs.map((wiring) => contentOf(wiring, pen)),
    columns,
  );
  const height = Math.max(...texts.map((lines) => lines.length));
  const widths = texts.map((lines) => widthOf(lines) + 2 + 2 * padding);
  const free = columns - widths.reduce((sum, width) => sum + width, 0);
  const gap = Math.max(leastGap, Math.min(9, Math.floor(free / Math.max(1, widths.length - 1))));
  let left = 0;
  const boxes = texts.map((lines, index): Box => {
    const width = widths[index] ?? 0;
    const box = {
      host: order[index] ?? '',
      left,
      right: left + width - 1,
      center: left + Math.floor(width / 2),
      lines: [...lines, ...Array.from({ length: height - lines.length }, () => '')],
    };
    left += width + gap;
    return box;
  });
  return { boxes, bus };
}

function busOf(topology: Topology): BoxRow['bus'] {
  const bus = topology.hosts.find(({ role }) => role === 'switch');
  if (bus === undefined) return undefined;
  const links = topology.links.filter(({ ends }) => ends.includes(bus.name));
  const hosts = links.map(({ ends }) => (ends[0] === bus.name ? ends[1] : ends[0]));
  return { hosts, label: links[0]?.ipv4 ?? links[0]?.ipv6 ?? '' };
}

/** Hosts on a switch stand first, next to each other; what lies behind follows by distance. */
function orderOf(
  topology: Topology,
  wirings: ReadonlyMap<string, Wiring>,
  onBus: readonly string[],
): readonly string[] {
  const ports = new Map([...wirings].map(([name, { ports: own }]) => [name, own]));
  const segments = segmentsOf(topology, ports);
  const client = hostWithRole(topology, 'client');
  const distance = (host: string): number => hostsBetween(client, host, { segments, family: 4 }).length;
  const rest = topology.hosts
    .filter(({ role, name }) => role !== 'switch' && !onBus.includes(name))
    .map(({ name }) => name);
  return [...onBus, ...rest.sort((one, other) => distance(one) - distance(other))];
}

function contentOf({ host, ports }: Wiring, pen: Pen): readonly string[] {
  const address = ports.flatMap((port) => port.addresses)[0]?.split('/')[0];
  const wan = ports.find(({ name }) => name === 'wan')?.addresses[0]?.split('/')[0];
  const isNat = (host.notes ?? []).some((note) => note.startsWith('NAT'));
  const shown = host.role === 'router' && host.name !== 'relay' ? (isNat ? wan : undefined) : address;
  return [host.name, ...(shown === undefined ? [] : [shown]), ...notesOf(host, pen)];
}

function notesOf({ notes = [] }: HostSpec, pen: Pen): readonly string[] {
  return notes.map((note) => {
    if (note.startsWith('NAT')) return `${pen.nat}${joint}${note}`;
    return note.startsWith('firewall') ? `${pen.wall}${joint}${note}` : note;
  });
}

const leastGap = 2;

/** Wraps what is written in the boxes as little as it takes for all of them to stand in a row. */
function fit(
  texts: readonly (readonly string[])[],
  columns: number,
): { readonly texts: readonly (readonly string[])[]; readonly padding: number } {
  const narrowest = { width: 10, padding: 0 };
  for (const { width, padding } of [
    { width: 22, padding: 1 },
    { width: 18, padding: 1 },
    { width: 15, padding: 1 },
    { width: 12, padding: 1 },
  ]) {
    const wrapped = texts.map((lines) => lines.flatMap((line) => wrapWords(line, width)));
    const total = wrapped.reduce((sum, lines) => sum + widthOf(lines) + 2 + 2 * padding, 0);
    if (total + leastGap * (texts.length - 1) <= columns) return { texts: wrapped, padding };
  }
  const wrapped = texts.map((lines) => lines.flatMap((line) => wrapWords(line, narrowest.width)));
  return { texts: wrapped, padding: narrowest.padding };
}

function widthOf(lines: readonly string[]): number {
  return Math.max(...lines.map((line) => line.length));
}

/** A space at which no line is broken. */
const joint = '\u00a0';

/** Words are never broken: a name is as long as it is. */
export function wrapWords(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.map((line) => line.replaceAll(joint, ' '));
}
