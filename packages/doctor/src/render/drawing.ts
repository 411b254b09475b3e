import type { ModeResult, Report } from '../report.ts';
import type { Style } from './style.ts';

/** One connection of the drawing. */
interface Row {
  readonly label: string;
  readonly by: 'client' | 'server';
  /** Undefined: it was never dialled. */
  readonly end: 'open' | 'stopped' | undefined;
  /** Which node stops it; undefined: not known. */
  readonly at: number | undefined;
  readonly word: string;
  readonly good: boolean;
}

/** A box of the path with its address. */
interface Node {
  readonly name: string;
  readonly address: string;
}

const labelWidth = 13;
const wordWidth = 10;
const mostNodes = 7;

/** This machine, the routers and the server, the two connections between them, and a mark where each stops. */
export function drawing(report: Report, style: Style): readonly string[] {
  const { nodes, place } = nodesOf(report);
  const room = style.columns - labelWidth - wordWidth - 4;
  const step = Math.floor(room / (nodes.length - 1 + 0.6));
  const columns = nodes.map((_, index) => labelWidth + index * step);
  return [
    ...heads(nodes, columns, step, style),
    ...rowsOf(report).map((row) => draw(row, { columns, style, place })),
  ];
}

/** Too many routers for one line: the first ones, a gap, and the last one. `place` finds the node of a distance. */
function nodesOf(report: Report): {
  readonly nodes: readonly Node[];
  readonly place: (at: number) => number;
} {
  const first: Node = { name: 'this machine', address: report.client.address ?? '' };
  const last: Node = { name: 'server', address: report.server.address ?? '' };
  const { hops } = report;
  if (report.routers === undefined) {
    return { nodes: [first, { name: '?', address: '' }, last], place: (at) => (at <= 0 ? 0 : 2) };
  }
  const routers = hops.map(({ distance, address }) => ({
    name: `router ${distance}`,
    address: address ?? '?',
  }));
  const all = [first, ...routers, last];
  if (all.length <= mostNodes)
    return { nodes: all, place: (at) => Math.min(Math.max(at, 0), all.length - 1) };
  const head = all.slice(0, mostNodes - 3);
  const tail = all.slice(-2);
  const hidden = all.length - head.length - tail.length;
  const nodes = [...head, { name: `${hidden} more`, address: '' }, ...tail];
  const place = (at: number): number => {
    if (at < head.length) return Math.max(at, 0);
    return at >= all.length - 2 ? nodes.length - (all.length - at) : head.length;
  };
  return { nodes, place };
}

function heads(
  nodes: readonly Node[],
  columns: readonly number[],
  step: number,
  style: Style,
): readonly string[] {
  const put = (texts: readonly string[], wide = 1): string => {
    let line = '';
    texts.forEach((text, index) => {
      const width = index === texts.length - 1 ? style.columns - labelWidth : wide * step - 1;
      if (text !== '') line = line.padEnd(columns[index] ?? 0) + cut(text, width, style);
    });
    return line.trimEnd();
  };
  const addresses = nodes.map((node) => node.address);
  const lines = [put(nodes.map(({ name }, at) => (at === 0 && name.length >= step ? 'here' : name)))];
  const longest = Math.max(...addresses.map((address) => address.length));
  if (longest < step) return [...lines, put(addresses)];
  // Every other one on a line of its own: twice the room.
  if (longest < 2 * step) {
    const half = (odd: number): string =>
      put(
        addresses.map((address, at) => (at % 2 === odd ? address : '')),
        2,
      );
    return [...lines, half(0), half(1)];
  }
  // IPv6 addresses are longer than that.
  return [
    ...lines,
    ...nodes.flatMap(({ name, address }) =>
      address === '' || address === '?' ? [] : [`  ${name}: ${address}`],
    ),
  ];
}

function cut(text: string, width: number, style: Style): string {
  return text.length <= width
    ? text
    : `${text.slice(0, Math.max(0, width - style.more.length))}${style.more}`;
}

interface Canvas {
  readonly columns: readonly number[];
  readonly style: Style;
  readonly place: (at: number) => number;
}

function draw(row: Row, { columns, style, place }: Canvas): string {
  const start = columns[0] ?? 0;
  const end = columns.at(-1) ?? 0;
  const cells = Array.from({ length: end - start + 1 }, () => ' ');
  const mark = (at: number, sign: string): void => {
    cells[at - start] = sign;
  };
  if (row.end !== undefined) {
    const middle = columns[Math.floor(columns.length / 2)] ?? start;
    const stop = row.at === undefined ? middle : (columns[place(row.at)] ?? middle);
    const from = row.by === 'client' || row.end === 'open' ? start : stop;
    const to = row.by === 'server' || row.end === 'open' ? end : stop;
    for (let at = from; at <= to; at += 1) mark(at, style.line);
    for (const at of columns) if (at >= from && at <= to) mark(at, style.tick);
    mark(row.by === 'client' ? start : end, style.dot);
    if (row.end === 'open')
      mark(row.by === 'client' ? end : start, row.by === 'client' ? style.right : style.left);
    else mark(stop, style.stop);
    if (row.end === 'stopped' && row.at === undefined) mark(stop, style.unknown);
  }
  const line = cells.join('');
  const word = row.good ? style.good(row.word) : style.bad(row.word);
  return `${row.label.padEnd(labelWidth)}${line.padEnd(end - start + 1)}  ${word}`;
}

function rowsOf(report: Report): readonly Row[] {
  const control = controlRow(report);
  const groups = new Map<string, { readonly modes: ModeResult[]; readonly row: Row }>();
  for (const mode of report.modes.filter((one) => one.outcome !== 'not-tried')) {
    const row = rowOf(mode);
    const key = JSON.stringify([row.by, row.end, row.at, row.word, mode.secure]);
    const group = groups.get(key) ?? { modes: [], row };
    group.modes.push(mode);
    groups.set(key, group);
  }
  const rows = [...groups.values()].map(({ modes, row }) => ({ ...row, label: labelOf(modes) }));
  return [control, ...rows];
}

function labelOf(modes: readonly ModeResult[]): string {
  const verbs = modes.map((mode) => mode.verb).join(' ');
  return modes[0]?.secure === true ? `${verbs} +` : verbs;
}

const controlFaults = ['name-not-found', 'control-refused', 'control-silent', 'not-ftp'];

function controlRow(report: Report): Row {
  const fault = report.findings.find((finding) => controlFaults.includes(finding.code));
  if (fault === undefined) {
    return { label: 'control', by: 'client', end: 'open', at: undefined, word: 'open', good: true };
  }
  const word = { 'control-refused': 'refused', 'control-silent': 'no answer', 'not-ftp': 'no FTP' }[
    fault.code as 'control-refused'
  ];
  const end = fault.code === 'name-not-found' ? undefined : fault.code === 'not-ftp' ? 'open' : 'stopped';
  const at = fault.side === 'client' ? 0 : fault.side === 'server' ? report.hops.length + 1 : undefined;
  return { label: 'control', by: 'client', end, at, word: word ?? 'no name', good: false };
}

function rowOf(mode: ModeResult): Row {
  const by = mode.verb === 'PASV' || mode.verb === 'EPSV' ? 'client' : 'server';
  const works = mode.outcome === 'works';
  const later = mode.step === 'tls' || mode.step === 'transfer';
  const end =
    works || later ? 'open' : mode.step === 'command' || mode.how === 'skipped' ? undefined : 'stopped';
  return { label: mode.verb, by, end, at: mode.at, word: wordOf(mode), good: works };
}

function wordOf({ outcome, step, how, text }: ModeResult): string {
  if (outcome === 'works') return 'works';
  const code = /answered "(\d{3})/.exec(text)?.[1];
  if (code !== undefined) return `answer ${code}`;
  if (step === 'tls') return 'TLS fails';
  return {
    done: 'works',
    reply: 'refused',
    refused: 'refused',
    rejected: 'rejected',
    silent: 'no answer',
    closed: 'cut off',
    garbage: 'nonsense',
    skipped: 'not dialled',
  }[how];
}
