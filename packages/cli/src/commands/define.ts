import { Command, Option } from 'commander';
import { type Context, withContext } from '../context.ts';
import { addConnectionFlags, type ConnectionFlags } from '../flags/connection-flags.ts';
import type { ProcessIo } from '../terminal.ts';
import { cat } from './cat.ts';
import { type CpFlags, cp } from './cp.ts';
import { type GetFlags, get } from './get.ts';
import { type LsFlags, ls } from './ls.ts';
import { mv } from './mv.ts';
import { mkdir, rm, rmdir } from './names.ts';
import { type PutFlags, put } from './put.ts';

const urlForm = 'ftp://[user[:password]@]host[:port]/path or ftps://…';

const typeOption = (): Option =>
  new Option('--type <type>', 'i: bytes as they are (default); a: text, line ends converted').choices([
    'a',
    'i',
  ]);

/** The commands that talk to a server by URL. */
export function clientCommands(io: ProcessIo): readonly Command[] {
  const define = <F extends object>(
    usage: string,
    summary: string,
    run: (context: Context, words: readonly string[], flags: F) => Promise<void>,
  ): Command => {
    const command = new Command(usage.split(' ')[0])
      .usage(`${usage.slice(usage.indexOf(' ') + 1)} [options]`)
      .description(summary);
    if (usage.startsWith('put '))
      command.argument('<file...>', `what to store, and as the last word where: ${urlForm}`);
    else command.argument('<url...>', urlForm);
    return command.action((words: readonly string[], flags: F & ConnectionFlags) =>
      withContext(io, flags, (context) => run(context, words, flags)),
    );
  };
  return [
    define<GetFlags>('get URL...', 'fetch files', get)
      .option('-o, --output <file>', 'where to: a file, a directory, or - for standard output')
      .option('-c, --continue', 'keep what is there already and fetch the rest')
      .option('-r, --recursive', 'fetch directories with all that is in them')
      .addOption(typeOption()),
    define<PutFlags>('put FILE... URL', 'store files; - is standard input', put)
      .option('-c, --continue', 'send only what the server does not have yet')
      .option('-r, --recursive', 'store directories with all that is in them')
      .option('--append', 'add to the end of the file on the server')
      .addOption(typeOption()),
    define<LsFlags>('ls URL...', 'list directories and files', ls)
      .option('-l, --long', 'with type, rights, size and time (UTC)')
      .option('-a, --all', 'names that begin with a dot too'),
    define('cat URL...', 'print files on standard output', cat).addOption(typeOption()),
    define('rm URL...', 'remove files', rm).option(
      '-r, --recursive',
      'remove directories with all that is in them',
    ),
    define('mkdir URL...', 'make directories', mkdir).option(
      '-p, --parents',
      'with the ones above; it may exist already',
    ),
    define('rmdir URL...', 'remove empty directories', rmdir),
    define('mv URL... URL', 'rename on one server', mv),
    define<CpFlags>('cp URL... URL', 'copy between servers, or on one, through this machine', cp)
      .option('-r, --recursive', 'copy directories with all that is in them')
      .addOption(typeOption()),
  ].map((command) => addConnectionFlags(command));
}
