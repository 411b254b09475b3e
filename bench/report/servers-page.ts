import type { Run } from './json.ts';
import type { Standing } from './standing.ts';
import { floors, placeOf, table } from './tables.ts';

const serverNames = ['duoport', 'vsftpd', 'Pure-FTPd', 'pyftpdlib', 'ftp-srv', 'ceiling'];
const clientNames = ['duoport', 'basic-ftp', 'lftp', 'curl'];

/** What the page is about. */
interface ServersReport extends Run {
  readonly servers: readonly Standing[];
  readonly clients: readonly Standing[];
  /** The server that the clients were measured against. */
  readonly clientServer: string;
}

/** The page docs/benchmarks.md. */
export function serversPage(report: ServersReport): string {
  return `# Benchmarks

<!-- Written by \`npm run bench -- --write\`; do not edit. -->

${placeOf(report)} The load generator takes one core, so a server has the other one
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
