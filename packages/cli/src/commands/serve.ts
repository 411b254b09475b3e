import { Command } from 'commander';
import { addServeFlags, type ServeFlags } from '../flags/serve-flags.ts';
import type { ProcessIo } from '../terminal.ts';

/** `duoport serve [DIR]` */
export function serveCommand(io: ProcessIo): Command {
  const command = new Command('serve')
    .description('serve a folder over FTP')
    .argument('[dir]', 'the folder (default: ".")')
    .action(async (directory: string | undefined, given: ServeFlags) => {
      const typed = Object.entries(given).filter(([name]) => command.getOptionValueSource(name) === 'cli');
      const flags: Partial<ServeFlags> = Object.fromEntries(typed);
      // Loaded only here: nobody who asks for the version waits for the schema of the settings.
      const { serve } = await import('../serve/serve.ts');
      await serve(io, { directory, flags });
    });
  return addServeFlags(command);
}
