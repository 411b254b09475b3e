import { type VerbRow, verbs } from '@duoport/protocol';

/** docs/rfc.md: every verb with the document it comes from and the facts that the code goes by. */
export function rfcPage(): string {
  return [
    '# FTP, document by document',
    '',
    'Generated from the verb table (`packages/protocol/src/verbs.ts`) by `npm run generate`.',
    'The server dispatches, refuses, helps and advertises by these rows; what stands here is what it does.',
    '',
    '- **login**: answered 530 before it. **data**: who listens for the data connection, or which way it carries bytes.',
    '- **needs**: a power that may be missing; without it the verb is answered 502 or 504 and is not in FEAT.',
    '- **right**: what the user must be allowed to do, otherwise 550.',
    `- Answered while a transfer runs: ${list((row) => row.duringTransfer)}.`,
    `- Never shown in a log or trace: the argument of ${list((row) => row.secret)}.`,
    '',
    ...[...families()].flatMap(([family, rows]) => section(family, rows)),
  ].join('\n');
}

const TITLES: Readonly<Record<string, string>> = {
  'RFC 959': 'File Transfer Protocol, with the corrections of RFC 1123 §4.1',
  'RFC 775': 'Directory oriented FTP commands: the X-verbs, still in use (RFC 1123 §4.1.3.1)',
  'RFC 1123': 'Requirements for Internet Hosts',
  'RFC 1639': 'FTP Operation Over Big Address Records',
  'RFC 2228': 'FTP Security Extensions, as RFC 4217 uses them for TLS',
  'RFC 2389': 'Feature negotiation',
  'RFC 2428': 'FTP Extensions for IPv6 and NATs',
  'RFC 2640': 'Internationalization',
  'RFC 3659': 'Extensions to FTP',
  'RFC 7151': 'HOST command for virtual hosts',
  'common practice': 'Never written down, but in use',
};

/** Rows by the document that defines them, in the order of the table; drafts and habits go last. */
function families(): Map<string, VerbRow[]> {
  const families = new Map<string, VerbRow[]>();
  const written = verbs.filter((row) => family(row).startsWith('RFC'));
  const others = verbs.filter((row) => !family(row).startsWith('RFC'));
  for (const row of [...written, ...others.sort(habitsLast)]) {
    const rows = families.get(family(row));
    if (rows === undefined) families.set(family(row), [row]);
    else rows.push(row);
  }
  return families;
}

function habitsLast(a: VerbRow, b: VerbRow): number {
  return Number(family(a) === 'common practice') - Number(family(b) === 'common practice');
}

/** `RFC 959 §4.1.3` belongs to `RFC 959`. */
function family(row: VerbRow): string {
  return (row.rfc[0] ?? 'common practice').split(' §', 1)[0] ?? '';
}

function section(name: string, rows: readonly VerbRow[]): string[] {
  const title = TITLES[name];
  return [
    `## ${name}${title === undefined ? '' : `: ${title}`}`,
    '',
    '| syntax | what it does | login | data | right | needs | FEAT | source |',
    '|---|---|---|---|---|---|---|---|',
    ...rows.map(tableRow),
    '',
  ];
}

function tableRow(row: VerbRow): string {
  const cells = [
    code(row.syntax),
    row.aliasOf === undefined ? row.summary : `${row.summary} (as ${row.aliasOf})`,
    row.needs === 'login' ? 'yes' : '',
    data(row),
    row.permission === 'none' ? '' : row.permission,
    row.power ?? '',
    row.feat === undefined ? '' : code(row.feat),
    row.rfc.join(', '),
  ];
  return `| ${cells.join(' | ')} |`;
}

function data(row: VerbRow): string {
  if (row.opensData === 'passive') return 'server listens';
  if (row.opensData === 'active') return 'client listens';
  if (row.transfer === 'no') return '';
  return row.transfer === 'to-client' ? 'to the client' : 'to the server';
}

/** A bar inside a cell would end it, even between backticks. */
function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}

function list(wanted: (row: VerbRow) => boolean): string {
  return verbs
    .filter(wanted)
    .map((row) => row.verb)
    .join(', ');
}
