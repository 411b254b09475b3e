import { Command, Option } from 'commander';
import { listTopologies } from '../lab/list.ts';
import { matrixCommand } from '../lab/matrix.ts';
import { proofCommand } from '../lab/proof.ts';
import { type LabRunFlags, runLab } from '../lab/run.ts';
import type { ProcessIo } from '../terminal.ts';

/** `duoport lab …` */
export function labCommand(io: ProcessIo): Command {
  const json = (): Option => new Option('--json', 'print results as JSON, one object a line');
  const list = new Command('list')
    .description('the networks there are, with what each is about')
    .addOption(json())
    .action((flags: { readonly json?: boolean }) => listTopologies(io, flags));
  const run = new Command('run')
    .description('build a network, run client and server in it, draw where each connection was stopped')
    .argument('<name>', 'one of "duoport lab list"')
    .option('--keep', 'leave it standing until Ctrl-C, to be looked at')
    .addOption(json())
    .option('-q, --quiet', 'print no talk, only results and errors')
    .action((name: string, flags: LabRunFlags) => runLab(io, name, flags));
  return new Command('lab')
    .description('try FTP in networks with real firewalls and NAT (Linux, root)')
    .addCommand(list)
    .addCommand(run)
    .addCommand(matrixCommand(io))
    .addCommand(proofCommand(io));
}
