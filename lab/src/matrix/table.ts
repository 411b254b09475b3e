import type { Topology } from '../topology.ts';
import { type CellReport, type Party, wordsOf } from './cell-report.ts';
import { differences, replyDifferences, twoEnds } from './differences.ts';

const verbs = ['PASV', 'EPSV', 'PORT', 'EPRT'] as const;
const head = ['', 'duoport', 'vsftpd and', '', 'duoport', 'vsftpd and'] as const;
const widths = [9, 18, 26, 2, 18, 26] as const;

/** The matrix for a terminal: a block a topology, a line a verb, without and with TLS, both parties side by side. */
export function tableLines(
  topologies: readonly Topology[],
  reports: readonly CellReport[],
): readonly string[] {
  return [
    columns(['', 'plain', '', '', 'TLS', '']),
    columns(head),
    ...topologies.flatMap((topology) => [
      '',
      `${String(topology.number).padStart(2)} ${topology.name}: ${topology.title}`,
      ...verbs.map((verb) => {
        const [plain, tls] = pair(reports, topology, verb);
        return columns([verb, ...sides(plain), '', ...sides(tls)]);
      }),
    ]),
    ...notes(reports),
  ];
}

function columns(texts: readonly string[]): string {
  return `   ${texts.map((text, index) => text.padEnd(widths[index] ?? 0)).join('')}`.trimEnd();
}

/** The cell without TLS, and with. */
export function pair(
  reports: readonly CellReport[],
  { name }: Topology,
  verb: CellReport['verb'],
): readonly [CellReport | undefined, CellReport | undefined] {
  const of = (secure: boolean) =>
    reports.find((report) => report.topology === name && report.verb === verb && report.secure === secure);
  return [of(false), of(true)];
}

function sides(report: CellReport | undefined): readonly [string, string] {
  return [sideText(report, 'duoport'), sideText(report, 'others')];
}

/** `works (curl)`, `connect: silent [a]`, with an exclamation mark where it is neither expected nor explained. */
export function sideText(report: CellReport | undefined, party: Party): string {
  if (report === undefined || report.expected.outcome === 'none') return '–';
  const done = report[party];
  if (done === undefined) return '!';
  const client = party === 'others' ? `${done.client}: ` : '';
  const marks = marksOf(report, party).map((mark) => ` [${mark}]`);
  const wrong = report.faults.some((fault) => fault.startsWith(party === 'duoport' ? 'duoport' : 'vsftpd'));
  return `${client}${wordsOf(done.result)}${marks.join('')}${wrong ? ' !' : ''}`;
}

/** A mark stands with whoever does something else; what is between the two, with the others. */
function marksOf({ explained }: CellReport, party: Party): readonly string[] {
  const whose = (mark: string): Party => differences.find((one) => one.mark === mark)?.who ?? 'others';
  return explained.filter((mark) => whose(mark) === party);
}

/** What explains the differences that these cells have. */
export function explanationsIn(
  reports: readonly CellReport[],
): readonly { readonly mark: string; readonly because: string }[] {
  const used = new Set(reports.flatMap(({ explained }) => explained));
  return [...differences, ...replyDifferences, twoEnds].filter(({ mark }) => used.has(mark));
}

function notes(reports: readonly CellReport[]): readonly string[] {
  const known = explanationsIn(reports).map(({ mark, because }) => `[${mark}] ${because}`);
  const remarks = reports.flatMap(remarksOf);
  return [...(known.length > 0 ? ['', ...known] : []), ...(remarks.length > 0 ? ['', ...remarks] : [])];
}

/** What happened on the way and did not count: repeated uploads, second looks. */
function remarksOf(report: CellReport): readonly string[] {
  const where = `${report.topology}, ${report.verb}${report.secure ? ' with TLS' : ''}`;
  return [report.duoport, report.others].flatMap((done) => {
    if (done === undefined) return [];
    const { result, before, client } = done;
    return [
      ...(before === undefined ? [] : [`${where}: looked at twice, ${client} first had: ${wordsOf(before)}`]),
      ...(result.outcome === 'works' && result.remark !== undefined ? [`${where}: ${result.remark}`] : []),
    ];
  });
}
