// npm run interop -- [--only REGEX] [--without-us] [--json] [--write]
//   --only REGEX   cells whose name matches, for example 'lftp .* EPSV TLS'
//   --without-us   other people's clients with other people's servers: what their faults look like without us
//   --json         one object a cell
//   --gateway      through our gateway instead: --whole for the whole product with everybody
//   --write        writes docs/interop.md, or docs/gateway-matrix.md
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gatewayDocument, gatewayTables } from './gateway/document.ts';
import { Backs } from './gateway/gateway-kind.ts';
import { passages, sizes } from './gateway/plan.ts';
import { documentOf } from './matrix/document.ts';
import { Field } from './matrix/field.ts';
import { clientHalf, type Match, serverHalf, withoutUs } from './matrix/lineup.ts';
import { actCells, transferCells } from './matrix/plan.ts';
import { Marks, plainText, type Table } from './matrix/report.ts';
import { runCells } from './matrix/run.ts';
import { type Half, tablesOf } from './matrix/tables.ts';
import type { Cell, Result } from './matrix/verdict.ts';

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    'without-us': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    gateway: { type: 'boolean', default: false },
    whole: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function tell({ cell, verdict, seconds }: Result): void {
  if (flags.json) {
    const { id, client, server, column, way } = cell;
    say(
      JSON.stringify({ id, client, server, column, ...way, ...verdict, seconds: Number(seconds.toFixed(3)) }),
    );
    return;
  }
  if (verdict.kind === 'passed')
    say(`✔ ${cell.id} (${seconds.toFixed(1)} s)${verdict.note ? `: ${verdict.note}` : ''}`);
  if (verdict.kind === 'missing') say(`? ${cell.id}: ${verdict.reason}`);
  if (verdict.kind === 'failed') say(`✘ ${cell.id}: ${verdict.why}\n${verdict.evidence}`);
}

interface Outcome {
  readonly tables: readonly Table[];
  readonly results: readonly Result[];
}

async function runHalf(title: string, matches: readonly Match[], rows: Half['rows']): Promise<Half> {
  const field = new Field();
  const wanted = (cells: readonly Cell[]): readonly Cell[] => {
    const pattern = new RegExp(flags.only);
    return cells.filter(({ id }) => pattern.test(id));
  };
  try {
    const transfers = await runCells(wanted(transferCells(matches, field)), tell);
    const acts = await runCells(wanted(actCells(matches, field)), tell);
    return { title, rows, transfers, acts };
  } finally {
    await field.close();
  }
}

async function runGateway(marks: Marks): Promise<Outcome> {
  const field = new Field(sizes);
  const backs = new Backs();
  try {
    const wanted = new RegExp(flags.only);
    const cells = passages(field, backs, flags.whole).filter(({ id }) => wanted.test(id));
    const results = await runCells(cells, tell);
    const tables = gatewayTables(
      results.map((result, index) => ({ ...result, cell: cells[index] ?? assert.fail() })),
      marks,
    );
    return { tables, results };
  } finally {
    await field.close();
    await backs.close();
  }
}

async function runServersAndClients(marks: Marks): Promise<Outcome> {
  const halves = flags['without-us']
    ? [await runHalf('Without us', withoutUs, 'client')]
    : [
        await runHalf('Our server with other clients', serverHalf, 'client'),
        await runHalf('Our client with other servers', clientHalf, 'server'),
      ];
  const tables = halves.flatMap((half) => tablesOf(half, marks));
  return { tables, results: halves.flatMap(({ transfers, acts }) => [...transfers, ...acts]) };
}

async function main(): Promise<void> {
  const started = performance.now();
  const marks = new Marks();
  const { tables, results } = await (flags.gateway ? runGateway : runServersAndClients)(marks);
  if (!flags.json) {
    for (const table of tables) say(`\n${plainText(table)}`);
    say('');
    for (const [mark, text] of marks.list()) say(`${mark}  ${text}`);
    const count = (kind: string): number => results.filter(({ verdict }) => verdict.kind === kind).length;
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    say(
      `\n${count('passed')} passed, ${count('failed')} failed, ${count('empty')} empty, ${count('missing')} missing, ${seconds} s`,
    );
  }
  if (flags.write) {
    const [name, text] = flags.gateway
      ? ['gateway-matrix.md', await gatewayDocument(tables, marks)]
      : ['interop.md', await documentOf(tables, marks)];
    writeFileSync(fileURLToPath(new URL(`../docs/${name}`, import.meta.url)), text);
  }
  if (results.some(({ verdict }) => verdict.kind === 'failed')) process.exitCode = 1;
}

await main();
