import { Command, Option } from 'commander';
import { askEverywhere } from '../admin/ask-servers.ts';
import { parseWhole } from '../flags/values.ts';
import { createTerminal, type ProcessIo } from '../terminal.ts';
import { CommandError } from '../usage-error.ts';

interface ReloadFlags {
  readonly pid?: number;
  readonly json?: boolean;
}

/** `duoport reload` */
export function reloadCommand(io: ProcessIo): Command {
  return new Command('reload')
    .description('have the servers of this user that run with --config read their settings anew')
    .addOption(new Option('--pid <number>', 'only the process with this number').argParser(parseWhole))
    .addOption(new Option('--json', 'one JSON object a line for each process'))
    .action((flags: ReloadFlags) => reload(io, flags));
}

async function reload(io: ProcessIo, flags: ReloadFlags): Promise<void> {
  const terminal = createTerminal(io, flags);
  const all = await askEverywhere(io, { ask: 'reload' }, flags.pid);
  const answers = all.filter(({ answer }) => answer['withoutFile'] !== true && answer['leaving'] !== true);
  if (answers.length === 0) throw new CommandError('No server of this user runs with --config here.');
  for (const { pid, answer } of answers) {
    const fault = typeof answer['error'] === 'string' ? answer['error'] : undefined;
    if (terminal.json) terminal.object({ pid, ...answer });
    else if (fault === undefined) terminal.result(`process ${pid}: the new settings hold for new sessions`);
    else terminal.result(`process ${pid}: nothing has changed\n${fault}`);
  }
  const failed = answers.filter(({ answer }) => answer['error'] !== undefined).length;
  if (failed > 0) throw new CommandError(`${failed} of ${answers.length} did not take the new settings.`);
}
