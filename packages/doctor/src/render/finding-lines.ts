import { FirewallError, firewallCommand, firewallRules } from '@duoport/firewall';
import type { Finding, HopSide, Remedy } from '../report.ts';
import type { Style } from './style.ts';
import { wrap } from './wrap.ts';

const sides: Readonly<Record<HopSide, string>> = {
  client: 'on this side',
  middle: 'in the middle',
  server: 'on the server’s side',
  unknown: 'somewhere on the way',
};

const mostEvidence = 8;
const indent = '   ';
const margin = '           ';

/** One finding: what it is, what was seen, and what to do, the thing to try first first. */
export function findingLines(
  finding: Finding,
  number: number,
  context: { readonly style: Style; readonly earlier: readonly Finding[] },
): readonly string[] {
  const { style, earlier } = context;
  const { code, severity, side, evidence } = finding;
  const paint = { fault: style.bad, warning: style.warn, note: style.faint }[severity];
  const breaks = finding.breaks.map(({ verb, secure }) => (secure ? `${verb} under TLS` : verb)).join(', ');
  const head = `${number}. ${paint(severity)} ${style.strong(code)}, ${style.plain(sides[side])}`;
  const shown = evidence.slice(0, mostEvidence);
  const more = evidence.length - shown.length;
  return [
    head,
    ...text(finding.text, style),
    ...(breaks === '' ? [] : labelled('breaks', breaks, style)),
    ...shown.flatMap((line, index) => labelled(index === 0 ? 'seen' : '', line, style)),
    ...(more > 0 ? labelled('', `and ${more} more like these`, style) : []),
    ...remedyLines(newRemedies(finding, earlier), { style, printed: requestsOf(earlier) }),
  ];
}

function text(words: string, style: Style): readonly string[] {
  return wrap(style.plain(words), { columns: style.columns, first: indent, rest: indent });
}

function labelled(label: string, words: string, style: Style): readonly string[] {
  const first = `${indent}${label.padEnd(margin.length - indent.length)}`;
  return wrap(style.plain(words), { columns: style.columns, first, rest: margin });
}

/** Where each client switches the mode fills a dozen lines: they stand under the first finding that needs them. */
function newRemedies(finding: Finding, earlier: readonly Finding[]): readonly Remedy[] {
  const told = new Set(earlier.flatMap(({ remedies }) => remedies.map((remedy) => remedy.text)));
  return finding.remedies.filter(
    (remedy) => !(remedy.kind === 'setting' && remedy.side === 'client' && told.has(remedy.text)),
  );
}

/** The requests of which the rules stand further up: the command is enough then. */
function requestsOf(findings: readonly Finding[]): ReadonlySet<string> {
  const first = findings.flatMap(({ remedies }) =>
    remedies.filter((remedy) => remedy.kind === 'flows').slice(0, 1),
  );
  return new Set(first.map((remedy) => JSON.stringify(remedy.request)));
}

/** Settings of several products stand together; of firewall rules the first are printed, and for the others the command. */
function remedyLines(
  remedies: readonly Remedy[],
  { style, printed }: { readonly style: Style; readonly printed: ReadonlySet<string> },
): readonly string[] {
  const lines: string[] = [];
  let rules = false;
  let first = true;
  let settingsOf: string | undefined;
  for (const remedy of remedies) {
    if (remedy.kind === 'setting') {
      const where = remedy.side;
      if (settingsOf !== where) lines.push(...labelled(first ? 'do' : 'or', settingHead(where), style));
      settingsOf = where;
      lines.push(...settingLines(remedy, style));
    } else {
      settingsOf = remedy.kind === 'mode' ? 'client' : undefined;
      lines.push(...labelled(first ? 'do' : 'or', remedy.text, style));
      if (remedy.kind === 'flows') {
        const again = printed.has(JSON.stringify(remedy.request));
        lines.push(...flowLines(remedy, rules || again ? 'command' : 'rules', style));
        rules = true;
      }
    }
    first = false;
  }
  return lines;
}

function settingHead(side: HopSide): string {
  return side === 'server' ? 'Set on the server:' : 'Set in the client:';
}

function settingLines(remedy: Extract<Remedy, { kind: 'setting' }>, style: Style): readonly string[] {
  const words = style.plain(`${remedy.product}: ${remedy.setting}`);
  return wrap(words, { columns: style.columns, first: `${margin}  `, rest: `${margin}    ` });
}

function flowLines(
  remedy: Extract<Remedy, { kind: 'flows' }>,
  show: 'rules' | 'command',
  style: Style,
): readonly string[] {
  try {
    const answer = firewallRules('nftables', remedy.request);
    const pad = (line: string): string => (line === '' ? '' : `${margin}  ${style.faint(line)}`);
    const rules = answer.kind === 'rules' ? answer.apply.replace(/\n+$/, '').split('\n') : [];
    const command = firewallCommand(remedy.request);
    return [
      ...(show === 'rules' ? rules.map(pad) : []),
      ...wrap(`${show === 'rules' && rules.length > 0 ? 'other firewalls: ' : 'rules: '}${command}`, {
        columns: style.columns,
        first: `${margin}  `,
        rest: `${margin}    `,
      }),
    ];
  } catch (error) {
    // A request that makes no rule (an address of another kind, say): the sentence above still stands.
    if (error instanceof FirewallError) return [];
    throw error;
  }
}
