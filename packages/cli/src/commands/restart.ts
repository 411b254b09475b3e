import type { Command } from 'commander';
import { type AskServersFlags, askEverywhere, askingCommand } from '../admin/ask-servers.ts';
import { createTerminal, type ProcessIo } from '../terminal.ts';
import { CommandError } from '../usage-error.ts';

/** `duoport restart` */
export function restartCommand(io: ProcessIo): Command {
  return askingCommand(
    'restart',
    'have a new process take the new sessions of a server; the old one ends with its last',
    { pid: 'which, when several servers of this user run', json: 'one JSON object' },
  ).action((flags: AskServersFlags) => restart(io, flags));
}

async function restart(io: ProcessIo, flags: AskServersFlags): Promise<void> {
  const terminal = createTerminal(io, flags);
  const standing = (await askEverywhere(io, { ask: 'standing' }, flags.pid)).filter(
    ({ answer }) => answer['leaving'] !== true,
  );
  const [only, ...others] = standing;
  if (only === undefined) throw new CommandError('No server of this user runs here.');
  if (others.length > 0) {
    const which = standing.map(({ pid }) => `--pid ${pid}`).join(' or ');
    throw new CommandError(`${standing.length} servers run here: say which with ${which}.`);
  }
  const [told] = await askEverywhere(io, { ask: 'restart' }, only.pid);
  if (told === undefined) throw new CommandError(`Process ${only.pid} has not answered.`);
  const { successor, error } = told.answer;
  if (typeof error === 'string') throw new CommandError(error);
  if (terminal.json) terminal.object({ pid: only.pid, successor });
  else
    terminal.result(
      `process ${successor} takes the new sessions; process ${only.pid} ends with its last one`,
    );
}
