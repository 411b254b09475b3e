import { programs } from '../support/programs.ts';
import { foreignClients } from './lineup.ts';
import { type Marks, markdown, type Table } from './report.ts';

/** `docs/interop.md`. */
export async function documentOf(tables: readonly Table[], marks: Marks): Promise<string> {
  const lines = [
    '<!-- Written by `npm run interop -- --write`. Do not edit. -->',
    '',
    '# Other people’s clients and servers',
    '',
    'Every ✔ is a run: files of 0 bytes, 1 byte, 1 MiB and 64 MiB of random content were moved down and up over',
    'loopback in exactly that mode, and their hashes compared. A letter stands where there is nothing to try, or where',
    'there is something to know; the list is at the end. ✘ would be a failure.',
    '',
    '`npm run interop` runs it all again, and `npm run test:full` counts every cell as a test.',
    '',
    ...tables.map(markdown),
    '### Notes',
    '',
    ...marks.list().map(([mark, text]) => `- **${mark}** ${text}`),
    '',
    '### Versions',
    '',
    ...(await versions()).map((line) => `- ${line}`),
    '',
  ];
  return lines.join('\n');
}

async function versions(): Promise<readonly string[]> {
  const clients = await Promise.all(foreignClients.map(({ version }) => version()));
  const servers = ['vsftpd', 'proftpd-core', 'pure-ftpd', 'python3-pyftpdlib'].map(
    (name) => `${name} ${programs().versions[name] ?? '(not here)'}`,
  );
  return [...clients, ...servers];
}
