import {
  type CellRun,
  drawRun,
  findTopology,
  type Lab,
  type LabServer,
  runTable,
  runTopology,
  type Topology,
  type TopologyRun,
  whatLabLacks,
} from '@duoport/lab';
import { printable } from '../printable.ts';
import { createTerminal, type ProcessIo, type Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

export interface LabRunFlags {
  readonly keep?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** `duoport lab run NAME`. Fails when the network does not do what it is made to show. */
export async function runLab(io: ProcessIo, name: string, flags: LabRunFlags): Promise<void> {
  const terminal = createTerminal(io, flags);
  const topology = known(name);
  const lack = whatLabLacks();
  if (lack !== undefined) throw new Error(lack);
  terminal.talk(`Building ${topology.name}, and trying all ways of making a data connection in it…`);
  const run = await tryOut(terminal, topology, flags);
  const wrong = run.cells.filter(({ asExpected }) => !asExpected).length;
  if (wrong > 0) {
    throw new Error(
      `${topology.name}: ${wrong} of ${run.cells.length} cells are not as the topology is made to show.`,
    );
  }
}

async function tryOut(terminal: Terminal, topology: Topology, flags: LabRunFlags): Promise<TopologyRun> {
  const { interrupt } = terminal.io;
  try {
    return await runTopology(topology, {
      name: flags.keep === true,
      signal: interrupt,
      onCell: ({ cell }) => terminal.status(`${cell.verb} ${cell.secure ? 'TLS' : 'plain'}`),
      onReady: async (lab, server, run) => {
        tell(terminal, run);
        if (flags.keep === true) await keep(terminal, { lab, server });
      },
    });
  } catch (cause) {
    throw interrupt.aborted ? new Error('Stopped, and everything is removed.', { cause }) : cause;
  } finally {
    terminal.clearStatus();
  }
}

function known(name: string): Topology {
  try {
    return findTopology(name);
  } catch (cause) {
    throw new UsageError(`${printable(name)}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

function tell(terminal: Terminal, run: TopologyRun): void {
  terminal.clearStatus();
  if (terminal.json) {
    for (const cell of run.cells) terminal.object(cellObject(run.topology, cell));
    return;
  }
  const { number, title, story } = run.topology;
  const drawing = drawRun(run, { columns: terminal.columns, unicode: terminal.unicode });
  const lines = [`${number}  ${title}`, '', ...wrapped(story), '', ...drawing, '', ...runTable(run)];
  const shown = (line: string): string => (terminal.unicode ? line : line.replaceAll('’', "'"));
  for (const line of lines) terminal.result(printable(shown(line)));
}

function cellObject(
  { name }: Topology,
  { cell, result, expected, asExpected, data, control }: CellRun,
): object {
  return { topology: name, ...cell, result: result ?? null, expected, asExpected, data, control };
}

function wrapped(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > 100) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** The server goes on running; everything is removed when this returns. */
async function keep(
  terminal: Terminal,
  { lab, server }: { readonly lab: Lab; readonly server: LabServer },
): Promise<void> {
  const { address, port } = lab.topology.dial;
  const host = address.includes(':') ? `[${address}]` : address;
  terminal.talk('');
  terminal.talk('It stands until Ctrl-C. To enter a host:');
  for (const { name } of lab.topology.hosts) {
    const space = lab.namespace(name);
    if (space !== undefined) terminal.talk(`  ${name.padEnd(15)} sudo ip netns exec ${space} bash`);
  }
  terminal.talk(`The server listens: ftp://${server.user}:${server.password}@${host}:${port}/`);
  await new Promise<void>((resolve) => {
    if (terminal.io.interrupt.aborted) resolve();
    else terminal.io.interrupt.addEventListener('abort', () => resolve(), { once: true });
  });
  terminal.talk('Removing it.');
}
