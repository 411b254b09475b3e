import { type Marks, markdown, type Table, tableOf } from '../matrix/report.ts';
import type { Result } from '../matrix/verdict.ts';
import { programs } from '../support/programs.ts';
import type { Passage } from './cell.ts';
import { familiesOf } from './crossing.ts';
import { clients } from './plan.ts';

export type Passed = Result & { readonly cell: Passage };

/** A table for each pair: TLS and families down, what both sides say across. */
export function gatewayTables(results: readonly Passed[], marks: Marks): readonly Table[] {
  const pairs = [...new Set(results.map(({ cell }) => `${cell.client} → gateway → ${cell.server}`))];
  const crossing = new Map(results.map((result) => [result as Result, result.cell.crossing]));
  return pairs.map((title) =>
    tableOf(
      results.filter(({ cell }) => `${cell.client} → gateway → ${cell.server}` === title),
      {
        title,
        marks,
        row: (result) => {
          const here = crossing.get(result);
          return here === undefined ? '' : `${familiesOf(here)}, TLS ${here.tls}`;
        },
        column: ({ cell }) => cell.column,
      },
    ),
  );
}

/** `docs/gateway-matrix.md`. */
export async function gatewayDocument(tables: readonly Table[], marks: Marks): Promise<string> {
  const versions = await Promise.all(clients.map(({ version }) => version()));
  const servers = ['vsftpd', 'proftpd-core', 'pure-ftpd'].map(
    (name) => `${name} ${programs().versions[name] ?? '(not here)'}`,
  );
  const lines = [
    '<!-- Written by `npm run interop -- --gateway --write`. Do not edit. -->',
    '',
    '# Through the gateway',
    '',
    'Every ✔ is a run through `duoport gateway` in exactly that way: the client says the first verb to the gateway, the gateway',
    'says the second one to the server. A folder was listed, files of 0 bytes, 1 byte and 1 MiB of random content were moved down',
    'and up, a download and an upload were resumed, and a download of 48 MiB was broken off in the middle and followed by another one;',
    'hashes were compared. TLS `client` and `server` mean that side alone. A letter stands where there is nothing to try; the list',
    'is at the end. ✘ would be a failure.',
    '',
    'Our client with our server runs the whole product. Every other pair runs a part of it in which all combinations of two (verb and',
    'verb, verb and TLS, verb and address families, TLS and address families) stand at least once; an empty place is not in that part.',
    '`npm run interop -- --gateway --whole` runs everything with everybody.',
    '',
    ...tables.map(markdown),
    '### Notes',
    '',
    ...marks.list().map(([mark, text]) => `- **${mark}** ${text}`),
    '',
    '### Versions',
    '',
    ...[...versions, ...servers].map((line) => `- ${line}`),
    '',
  ];
  return lines.join('\n');
}
