import { Command, CommanderError } from 'commander';
import { commandsFor } from './commands.ts';
import { describeError, errorObject } from './describe-error.ts';
import { spellOutRequireTls } from './flags/serve-flags.ts';
import { createTerminal, type ProcessIo } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { version } from './version.ts';

/** Exit codes of the command. */
export const exitCode = { done: 0, failed: 1, usage: 2 } as const;

/** Runs `duoport` with these arguments (without node and script). Never rejects; resolves with the exit code. */
export async function run(words: readonly string[], io: ProcessIo): Promise<number> {
  try {
    const root = program(io, await commandsFor(words, io));
    await root.parseAsync([...spellOutRequireTls(words)], { from: 'user' });
    return exitCode.done;
  } catch (error) {
    return tell(error, words, io);
  }
}

function program(io: ProcessIo, commands: readonly Command[]): Command {
  const root = new Command('duoport')
    .description('FTP that gets its second connection through.')
    .version(version)
    .showHelpAfterError('(duoport COMMAND --help shows the flags)');
  for (const command of commands) root.addCommand(command);
  for (const command of withSubcommands(root)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    });
    command.showHelpAfterError(
      `(duoport ${command === root ? 'COMMAND' : wordsOf(command)} --help shows the flags)`,
    );
  }
  return root;
}

function withSubcommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

/** `lab run` */
function wordsOf(command: Command): string {
  const above = command.parent;
  return above?.parent == null ? command.name() : `${wordsOf(above)} ${command.name()}`;
}

function tell(error: unknown, words: readonly string[], io: ProcessIo): number {
  // Commander has said its word already; help and --version end this way too.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.done : exitCode.usage;
  const terminal = createTerminal(io, { json: words.includes('--json') });
  if (terminal.json) terminal.object(errorObject(error));
  terminal.warn(`duoport: ${describeError(error)}`);
  return error instanceof UsageError ? exitCode.usage : exitCode.failed;
}
