import type { Command } from 'commander';
import type { ServeFlags } from '../flags/serve-flags.ts';
import { readConfig } from './read-config.ts';

/** What a server is to be: the flags of the command line, and for what they leave open the settings file they name. */
export async function withConfig(
  command: Command,
  given: { readonly directory: string | undefined; readonly flags: ServeFlags },
): Promise<{ readonly directory: string; readonly flags: ServeFlags }> {
  const { directory, flags } = given;
  if (flags.config === undefined) return { directory: directory ?? '.', flags };
  const config = await readConfig(flags.config);
  const typed = Object.entries(flags).filter(([name]) => command.getOptionValueSource(name) === 'cli');
  return {
    directory: directory ?? config.directory ?? '.',
    flags: { ...flags, ...config.flags, ...(Object.fromEntries(typed) as Partial<ServeFlags>) },
  };
}
