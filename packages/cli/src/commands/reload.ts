import type { Command } from 'commander';
import { type AskServersFlags, askEverywhere, askingCommand } from '../admin/ask-servers.ts';
import { createTerminal, type ProcessIo } from '../terminal.ts';
import { CommandError } from '../usage-error.ts';

/** `duoport reload` */
export function reloadCommand(io: ProcessIo): Command {
  return askingCommand(
    'reload',
    'have the servers of this user that run with --config read their settings anew',
  ).action((flags: AskServersFlags) => reload(io, flags));
}

async function reload(io: ProcessIo, flags: AskServersFlags): Promise<void> {
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
