import { Argument, type Command, Option } from 'commander';
import { type AskServersFlags, askingCommand, askServers } from '../admin/ask-servers.ts';
import { parseWhole } from '../flags/values.ts';
import { printable } from '../printable.ts';
import { createTerminal, type ProcessIo } from '../terminal.ts';
import { CommandError, UsageError } from '../usage-error.ts';

/** `duoport status` */
export function statusCommand(io: ProcessIo): Command {
  return askingCommand('status', 'how the servers are that run here').action(
    async (flags: AskServersFlags) => {
      const { statusLines } = await import('../status/status-lines.ts');
      const terminal = createTerminal(io, flags);
      for (const answered of await askServers(io, flags, { ask: 'status' })) {
        if (terminal.json) terminal.object({ pid: answered.pid, ...answered.answer });
        else for (const line of statusLines(answered, Date.now())) terminal.result(line);
      }
    },
  );
}

/** `duoport who` */
export function whoCommand(io: ProcessIo): Command {
  return askingCommand('who', 'who is logged in, what they do, and over which data connections').action(
    async (flags: AskServersFlags) => {
      const { whoLines } = await import('../status/who-lines.ts');
      const terminal = createTerminal(io, flags);
      const answers = await askServers(io, flags, { ask: 'who' });
      for (const { pid, answer } of answers) {
        const sessions = answer['sessions'] as Parameters<typeof whoLines>[0][];
        if (terminal.json) {
          terminal.object({ pid, sessions });
          continue;
        }
        if (answers.length > 1) terminal.result(`process ${pid}:`);
        if (sessions.length === 0) terminal.result('Nobody is connected.');
        for (const line of sessions.flatMap((view) => whoLines(view, Date.now()))) terminal.result(line);
      }
    },
  );
}

interface KickFlags extends AskServersFlags {
  readonly user?: string;
  readonly address?: string;
}

/** `duoport kick SESSION…`, `--user`, `--address` */
export function kickCommand(io: ProcessIo): Command {
  return askingCommand('kick', 'end sessions, with what they transfer')
    .addArgument(new Argument('[session...]', 'numbers, as who shows them').argParser(sessionNumbers))
    .addOption(new Option('--user <name>', 'all sessions of this user'))
    .addOption(new Option('--address <address>', 'all sessions from this address'))
    .action(async (sessions: readonly number[] = [], flags: KickFlags) => {
      const { user, address } = flags;
      if (sessions.length === 0 && user === undefined && address === undefined)
        throw new UsageError('Say whom: the number of a session (duoport who), --user or --address.');
      const terminal = createTerminal(io, flags);
      const answers = await askServers(io, flags, { ask: 'kick', sessions, user, address });
      let count = 0;
      for (const { pid, answer } of answers) {
        const kicked = answer['kicked'] as readonly { readonly session: number; readonly user?: string }[];
        count += kicked.length;
        if (terminal.json) terminal.object({ pid, kicked });
        else
          for (const { session, user: name } of kicked)
            terminal.result(
              `Session #${session}${name === undefined ? '' : ` of ${printable(name)}`} was ended.`,
            );
      }
      if (count === 0) throw new CommandError('There is no such session: duoport who shows them.');
    });
}

function sessionNumbers(word: string, before: readonly number[] = []): readonly number[] {
  return [...before, parseWhole(word.replace(/^#/, ''))];
}
