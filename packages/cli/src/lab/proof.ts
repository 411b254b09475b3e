import { ProofGround, type ProofReport, proofCases, whatLabLacks } from '@duoport/lab';
import { Command, Option } from 'commander';
import { createTerminal, type ProcessIo, type Terminal } from '../terminal.ts';
import { CommandError, UsageError } from '../usage-error.ts';
import { parseCount, parsePattern } from './parsers.ts';

interface ProofFlags {
  readonly only?: RegExp;
  readonly parallel: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** `duoport lab proof`: the rules of `duoport firewall`, loaded into firewalls that drop everything. */
export function proofCommand(io: ProcessIo): Command {
  return new Command('proof')
    .description(
      'load generated rules into firewalls that drop everything: FTP passes, every other port is shut',
    )
    .addOption(new Option('--only <regex>', 'only cases with such a name').argParser(parsePattern))
    .addOption(
      new Option('--parallel <n>', 'networks that stand at the same time').argParser(parseCount).default(3),
    )
    .option('--json', 'print JSON, one object for each case')
    .option('-q, --quiet', 'print no progress')
    .action((flags: ProofFlags) => proof(io, flags));
}

async function proof(io: ProcessIo, flags: ProofFlags): Promise<void> {
  const terminal = createTerminal(io, flags);
  const { only } = flags;
  const chosen = proofCases.filter(({ name }) => only === undefined || only.test(name));
  if (chosen.length === 0) throw new UsageError('--only fits no case: leave it out to see their names.');
  const lack = whatLabLacks();
  if (lack !== undefined) throw new CommandError(lack);
  const started = performance.now();
  let proven = 0;
  try {
    await using ground = await ProofGround.open(flags.parallel, io.interrupt);
    const each = chosen.map(async (one) => {
      const report = await ground.prove(one);
      if (report.faults.length === 0) proven += 1;
      tell(terminal, one.name, report);
    });
    await Promise.all(each);
  } catch (error) {
    if (!io.interrupt.aborted) throw error;
    throw new CommandError('Interrupted: all networks are taken down.', { cause: error });
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  terminal.talk(`${proven} of ${chosen.length} cases proven, ${seconds} s.`);
  if (proven < chosen.length) throw new CommandError('Some rules do not do what was asked for, or more.');
}

function tell(terminal: Terminal, name: string, report: ProofReport): void {
  if (terminal.json) {
    terminal.object({ name, ...report });
    return;
  }
  const { faults, worked, failed, probes } = report;
  const counts = `${worked} connections made, ${failed} refused as they must be, ${probes} ports tried`;
  terminal.result(`${faults.length === 0 ? 'proven' : 'FAULTY'}  ${name}: ${counts}`);
  for (const fault of faults) terminal.result(`        ${fault}`);
}
