import { Command, Option } from 'commander';
import type { BanFlags, NewBanFlags } from '../bans/commands.ts';
import { parseDuration, parseWhole } from '../flags/values.ts';
import { createTerminal, type ProcessIo } from '../terminal.ts';

const work = () => import('../bans/commands.ts');

/** `duoport ban list|add|remove`. What they do is loaded when they run: it may bring a database. */
export function banCommand(io: ProcessIo): Command {
  return new Command('ban')
    .description('who is kept out: a list, and more or fewer of them')
    .addCommand(
      placed('list', 'who is banned, the newest first')
        .addOption(new Option('--most <number>', 'bans to show').argParser(parseWhole).default(100))
        .action(async (flags: BanFlags & { readonly most: number }) =>
          (await work()).listBans(createTerminal(io, flags), flags),
        ),
    )
    .addCommand(
      placed('add', 'keep somebody out, from now on')
        .argument('<who>', 'an address, a network like 203.0.113.0/24, or user:NAME')
        .addOption(
          new Option('--for <time>', '30m, 12h; without it until it is taken back').argParser(parseDuration),
        )
        .option('--because <text>', 'for whoever reads the list')
        .action(async (who: string, flags: NewBanFlags) =>
          (await work()).addBan(createTerminal(io, flags), who, flags),
        ),
    )
    .addCommand(
      placed('remove', 'let somebody in again')
        .argument('<who>', 'as it stands in the list')
        .action(async (who: string, flags: BanFlags) =>
          (await work()).removeBan(createTerminal(io, flags), who, flags),
        ),
    );
}

function placed(name: string, summary: string): Command {
  return new Command(name)
    .description(summary)
    .option(
      '--accounts <where>',
      'the database of the servers: an SQLite file, or postgres://user@host/database',
    )
    .option('--config <file>', 'a settings file that says where the database is')
    .addOption(new Option('--pid <number>', 'only the running server with this number').argParser(parseWhole))
    .option('--json', 'print JSON, one object a line');
}
