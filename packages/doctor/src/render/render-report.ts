import type { Finding, Report } from '../report.ts';
import { drawing } from './drawing.ts';
import { findingLines } from './finding-lines.ts';
import { type RenderOptions, type Style, styleOf } from './style.ts';
import { wrap } from './wrap.ts';

/** The report for a person: a drawing of the way, what became of each mode, and the findings, most important first. */
export function renderReport(report: Report, options: RenderOptions): readonly string[] {
  const style = styleOf(options);
  const shown = visibleFindings(report.findings);
  const hidden = report.findings.length - shown.length;
  return [
    ...head(report, style),
    '',
    ...drawing(report, style),
    '',
    ...verdictLines(report, style),
    ...shown.flatMap((finding, index) => [
      '',
      ...findingLines(finding, index + 1, { style, earlier: shown.slice(0, index) }),
    ]),
    ...(hidden > 0
      ? [
          '',
          `${hidden} more ${hidden === 1 ? 'finding' : 'findings'} may go away with these: --json has all.`,
        ]
      : []),
  ];
}

/** Without those whose cause was found too. */
export function visibleFindings(findings: readonly Finding[]): readonly Finding[] {
  const codes = new Set(findings.map((finding) => finding.code));
  return findings.filter((finding) => !finding.dependsOn.some((cause) => codes.has(cause)));
}

function head({ server, url }: Report, style: Style): readonly string[] {
  const facts = [
    server.product ?? (server.greeting === undefined ? undefined : 'an FTP server that does not say which'),
    server.tls === undefined ? undefined : server.tls ? 'TLS' : 'no TLS',
  ].filter((fact) => fact !== undefined);
  const what = facts.length === 0 ? '' : ` (${facts.join(', ')})`;
  return wrap(style.plain(`duoport doctor ${url}${what}`), { columns: style.columns });
}

function verdictLines(report: Report, style: Style): readonly string[] {
  const seconds = (report.took / 1000).toFixed(1);
  const word = (works: boolean, tried: boolean): string =>
    works ? style.good('works') : tried ? style.bad('does not work') : 'was not tried';
  const tried = (verbs: readonly string[]): boolean =>
    report.modes.some((mode) => verbs.includes(mode.verb) && mode.outcome !== 'not-tried');
  const { passive, active } = report.works;
  const line = `Passive mode ${word(passive, tried(['PASV', 'EPSV']))}, active mode ${word(active, tried(['PORT', 'EPRT']))}. ${seconds} s.`;
  const secure = report.modes.some((mode) => mode.secure) ? ['A row with + is under TLS.'] : [];
  return [[line, ...secure].join(' '), ...portsLine(report)];
}

function portsLine({ passivePorts }: Report): readonly string[] {
  if (passivePorts === undefined || passivePorts.samples < 2) return [];
  const { low, high, samples } = passivePorts;
  return [`Passive ports announced: ${low} to ${high}, in ${samples} replies.`];
}
