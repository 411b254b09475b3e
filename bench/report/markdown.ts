import type { Report } from './json.ts';
import { cellText, type Standing } from './standing.ts';

const serverNames = ['duoport', 'vsftpd', 'Pure-FTPd', 'pyftpdlib', 'ftp-srv', 'ceiling'];
const clientNames = ['duoport', 'basic-ftp', 'lftp', 'curl'];

/** The page docs/benchmarks.md. */
export function toMarkdown(report: Report): string {
  const { machine, rounds } = report;
  return `# Benchmarks

<!-- Written by \`npm run bench -- --write\`; do not edit. -->

One run, ${rounds} interleaved rounds (A B C …, A B C …), medians with the least and the greatest in brackets.
${machine.cores} cores (${machine.processor}), ${machine.memoryGib} GiB of memory, ${machine.system}, Node ${machine.node};
everything over loopback${report.ownNetwork ? ' in a network namespace of its own' : ''}, files in memory (tmpfs). The load generator takes one core, so a server has the other one
to itself; a server with a process a session can use what the generator leaves of its core. The number after × is how many
times better duoport is than that peer. **Bold** rows are the ones where duoport is behind somebody.

## Servers

${table(report.servers, serverNames)}

How to read it: \`ceiling\` is no FTP server, but canned answers over bare sockets without any file: it shows what the load
generator can measure and what Node's sockets give. All servers authenticate without a slow password hash
(PAM that says yes, MD5-crypt, plain comparison); nobody writes a transfer log, and TLS data connections need not resume.
Memory is the growth of the proportional set size (PSS) over all processes of the server. CPU time is that of all
processes of the server. A failed cell is a server that gave a wrong reply, a wrong number of bytes or none in time.

## Clients

Against ${report.clientServer}, one session, one file after the other; the time is that of the whole process.

${table(report.clients, clientNames)}

## Floors

${floors(report.servers)}
`;
}

function table(standings: readonly Standing[], names: readonly string[]): string {
  const used = names.filter((name) => standings.some(({ cells }) => cells.has(name)));
  const head = ['', ...used, 'duoport is'];
  const rows = standings.map((standing) => {
    const { row, cells, ratios } = standing;
    const values = used.map((name) => {
      const ratio = ratios.get(name);
      return `${cellText(cells.get(name), row)}${ratio === undefined ? '' : ` ×${ratio.toFixed(2)}`}`;
    });
    const title = `${row.title} (${row.unit === '/s' ? 'a second' : row.unit})`;
    const isBehind = standing.behind.length > 0;
    return [isBehind ? `**${title}**` : title, ...values, place(standing)];
  });
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function place({ behind, ratios, cells }: Standing): string {
  if (cells.get('duoport')?.kind !== 'measured') return '**not measured**';
  if (ratios.size === 0) return '';
  if (behind.length === 0) return 'ahead of all';
  return behind.map(({ peer, percent }) => `**behind ${peer} by ${percent} %**`).join(', ');
}

function floors(standings: readonly Standing[]): string {
  const lines = standings.flatMap(({ row, floors }) =>
    floors.map(({ text, met }) => `| ${row.title} | ${text} | ${met ? 'met' : '**missed**'} |`),
  );
  return ['| row | at least | |', '| --- | --- | --- |', ...lines].join('\n');
}
