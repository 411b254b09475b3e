import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  documentText,
  duoportCommand,
  type MatrixProgress,
  type MatrixReport,
  repository,
  runMatrix,
  type Topology,
  tableLines,
  topologies,
  whatLabLacks,
} from '@duoport/lab';
import { Command, Option } from 'commander';
import { createTerminal, type ProcessIo, type Terminal } from '../terminal.ts';
import { CommandError, UsageError } from '../usage-error.ts';
import { parseCount, parsePattern } from './parsers.ts';

interface MatrixFlags {
  readonly only?: RegExp;
  readonly parallel: number;
  readonly write?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** `duoport lab matrix`: every network × every way of making a data connection, beside other people's programs. */
export function matrixCommand(io: ProcessIo): Command {
  return new Command('matrix')
    .description(
      'try every way of making a data connection in every network, beside vsftpd with curl and lftp',
    )
    .addOption(new Option('--only <regex>', 'only networks with such a name').argParser(parsePattern))
    .addOption(
      new Option('--parallel <n>', 'networks that stand at the same time').argParser(parseCount).default(4),
    )
    .option('--write', 'write docs/lab-matrix.md')
    .option('--json', 'print JSON, one object for each cell')
    .option('-q, --quiet', 'print no progress')
    .action((flags: MatrixFlags) => matrix(io, flags));
}

async function matrix(io: ProcessIo, flags: MatrixFlags): Promise<void> {
  const terminal = createTerminal(io, flags);
  const chosen = chooseTopologies(flags);
  const lack = whatLabLacks();
  if (lack !== undefined) throw new CommandError(lack);
  const report = await run(io, terminal, { chosen, flags });
  terminal.clearStatus();
  if (flags.json === true) for (const cell of report.cells) terminal.object(cell);
  else for (const line of tableLines(chosen, report.cells)) terminal.result(line);
  conclude(terminal, report);
  if (flags.write === true) await write(terminal, documentText(chosen, report.cells));
}

function chooseTopologies({ only, write: wanted }: MatrixFlags): readonly Topology[] {
  if (only === undefined) return topologies;
  if (wanted === true) throw new UsageError('--write is for the whole matrix: leave out --only.');
  const chosen = topologies.filter(({ name }) => only.test(name));
  if (chosen.length > 0) return chosen;
  const names = topologies.map(({ name }) => name).join(', ');
  throw new UsageError(`--only fits no network. There are: ${names}`);
}

async function run(
  io: ProcessIo,
  terminal: Terminal,
  { chosen, flags }: { readonly chosen: readonly Topology[]; readonly flags: MatrixFlags },
): Promise<MatrixReport> {
  const started = performance.now();
  const progress = ({ topology, party, done, total }: MatrixProgress): void => {
    const seconds = Math.round((performance.now() - started) / 1000);
    const line = `${done}/${total}  ${seconds} s  ${topology}: ${party === 'duoport' ? 'duoport' : 'vsftpd'}`;
    if (terminal.interactive) terminal.status(line);
    else terminal.talk(line);
  };
  try {
    return await runMatrix({
      topologies: chosen,
      all: topologies,
      parallel: flags.parallel,
      duoport: duoportCommand(),
      signal: io.interrupt,
      onProgress: progress,
    });
  } catch (error) {
    if (io.interrupt.aborted)
      throw new CommandError('Interrupted: all networks are taken down.', { cause: error });
    throw error;
  }
}

/** @throws CommandError when something is neither expected nor explained. */
function conclude(terminal: Terminal, { cells, faults, took }: MatrixReport): void {
  const tried = cells.filter(({ duoport }) => duoport !== undefined);
  const explained = tried.filter((cell) => cell.explained.length > 0).length;
  const seconds = (took / 1000).toFixed(0);
  if (!terminal.json) terminal.result('');
  terminal.talk(`${tried.length} cells, each by two: ${explained} differ and are explained, ${seconds} s.`);
  if (faults.length === 0) {
    terminal.talk('Nothing unexpected, nothing left behind.');
    return;
  }
  for (const fault of faults) terminal.warn(fault);
  throw new CommandError(
    `The matrix does not hold: ${faults.length} ${faults.length === 1 ? 'thing is' : 'things are'} neither expected nor explained.`,
  );
}

async function write(terminal: Terminal, text: string): Promise<void> {
  const path = join(repository(), 'docs', 'lab-matrix.md');
  await writeFile(path, text);
  terminal.talk(`Written: ${path}`);
}
