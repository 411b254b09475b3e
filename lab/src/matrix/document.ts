import type { Topology } from '../topology.ts';
import type { CellReport } from './cell-report.ts';
import { explanationsIn, pair, sideText } from './table.ts';

const verbs = ['PASV', 'EPSV', 'PORT', 'EPRT'] as const;

/** The page docs/lab-matrix.md. The same for every run that finds the same. */
export function documentText(topologies: readonly Topology[], reports: readonly CellReport[]): string {
  const tried = reports.filter(({ duoport }) => duoport !== undefined).length;
  const differing = reports.filter(({ explained }) => explained.length > 0).length;
  return [
    ...head,
    `${topologies.length} networks, ${tried} cells, each tried by both; ${tried - differing} agree to the letter, ${differing} differ in a way that is explained below, and none in any other.`,
    '',
    '## Differences',
    '',
    ...explanationsIn(reports).map(({ mark, because }) => `- **[${mark}]** ${because}`),
    '',
    ...topologies.flatMap((topology) => section(topology, reports)),
  ].join('\n');
}

const head: readonly string[] = [
  '# The lab matrix',
  '',
  '<!-- Written by: sudo npx duoport lab matrix --write. Do not edit. -->',
  '',
  'What becomes of each way of making a data connection in each network of the [lab](../lab): real firewalls and NAT of the Linux kernel,',
  'in network namespaces. The left column of each pair is `duoport serve` and the client of `@duoport/client`; the right one is vsftpd 3.0.3',
  'with the client that is named: curl 7.88, or lftp 4.9.2 for PORT with TLS (curl hangs there, curl issue 10666), or Python’s ftplib for EPRT with',
  'TLS over IPv4 (lftp says EPRT over IPv6 only) and where the client has to pause. A cell *works* when a listing, a download and an upload went',
  'through and were compared with the files on the server.',
  '',
  'Where it fails, the word before the colon says where, the one behind it how:',
  '',
  '- `connect`: the client dials (passive mode); `accept`: the server dials (active mode). `silent`: nothing came back for three seconds;',
  '  `refused`: a reset or an ICMP error, which programs on Linux cannot tell apart in general.',
  '- `command`: PASV, EPSV, PORT or EPRT itself was answered with that reply code.',
  '- `tls`, `transfer`: the data connection stood, and broke there or was refused there with that code.',
  '- `control`: the control connection was gone.',
  '',
  'vsftpd ends a TLS upload in a few dozen with 426 on any network, because it takes the client’s way of ending TLS for an error; such an upload is',
  'repeated, and the command says so. A cell that is not as it should be is tried a second time before it counts.',
  '',
];

function section(topology: Topology, reports: readonly CellReport[]): readonly string[] {
  const rows = verbs.map((verb) => {
    const [plain, tls] = pair(reports, topology, verb);
    const texts = [plain, tls].flatMap((report) => [sideText(report, 'duoport'), sideText(report, 'others')]);
    return `| ${[verb, ...texts].join(' | ')} |`;
  });
  return [
    `## ${topology.number}. ${topology.title}`,
    '',
    `\`${topology.name}\`. ${topology.story}`,
    '',
    '| | plain: duoport | vsftpd and … | TLS: duoport | vsftpd and … |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    ...causes(topology),
  ];
}

/** Why the cells fail, each reason once. */
function causes({ expect }: Topology): readonly string[] {
  const reasons = new Map<string, string[]>();
  for (const verb of verbs) {
    for (const [where, cell] of [
      ['', expect[verb].plain],
      [' with TLS', expect[verb].tls],
    ] as const) {
      if (cell.outcome === 'works') continue;
      reasons.set(cell.because, [...(reasons.get(cell.because) ?? []), `${verb}${where}`]);
    }
  }
  if (reasons.size === 0) return [];
  return [...[...reasons].map(([because, who]) => `- ${shortened(who)}: ${because}.`), ''];
}

/** `PASV, PASV with TLS` is `PASV`. */
function shortened(who: readonly string[]): string {
  const both = who.filter((name) => who.includes(`${name} with TLS`));
  const left = who.filter((name) => !both.includes(name) && !both.includes(name.replace(' with TLS', '')));
  const all = [...both, ...left];
  return both.length > 0 && left.length === 0 ? `${all.join(', ')} (with and without TLS)` : who.join(', ');
}
