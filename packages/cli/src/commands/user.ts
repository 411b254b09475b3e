import { Command, Option } from 'commander';
import type { PlaceFlags, UserFlags } from '../accounts/commands.ts';
import type { PasswordFlags } from '../accounts/new-password.ts';
import type { RescanFlags } from '../accounts/rescan.ts';
import { addRuleFlags, type RuleFlags } from '../accounts/rule-flags.ts';
import { createTerminal, type ProcessIo } from '../terminal.ts';

const work = () => import('../accounts/commands.ts');

/** `duoport user add|list|show|set|passwd|remove`. What they do is loaded when they run: it brings the databases. */
export function userCommand(io: ProcessIo): Command {
  const named = (name: string, summary: string) => placed(name, summary).argument('<name>', 'the user');
  return new Command('user')
    .description('the users that a server lets in: add, change, remove')
    .addCommand(
      asked(addRuleFlags(grouped(named('add', 'add a user; the password is asked for')))).action(
        async (name: string, flags: UserFlags & PasswordFlags) =>
          (await work()).addUser(createTerminal(io, flags), name, flags),
      ),
    )
    .addCommand(
      placed('list', 'all users').action(async (flags: PlaceFlags) =>
        (await work()).listUsers(createTerminal(io, flags), flags),
      ),
    )
    .addCommand(
      named('show', 'what holds for a user').action(async (name: string, flags: PlaceFlags) =>
        (await work()).showUser(createTerminal(io, flags), name, flags),
      ),
    )
    .addCommand(
      addRuleFlags(grouped(named('set', 'change what holds for a user')), { clear: true }).action(
        async (name: string, flags: UserFlags) =>
          (await work()).setUser(createTerminal(io, flags), name, flags),
      ),
    )
    .addCommand(
      asked(named('passwd', 'give a user a new password, which is asked for')).action(
        async (name: string, flags: PlaceFlags & PasswordFlags) =>
          (await work()).setPassword(createTerminal(io, flags), name, flags),
      ),
    )
    .addCommand(
      named('remove', 'remove a user, not the files').action(async (name: string, flags: PlaceFlags) =>
        (await work()).removeUser(createTerminal(io, flags), name, flags),
      ),
    )
    .addCommand(
      placed('rescan', 'count on the disk what users with a quota have stored; servers may run meanwhile')
        .argument('[name]', 'one user, and who shares a pool; without it all')
        .option('--directory <folder>', 'the folder that is served, for users who have none of their own')
        .action(async (name: string | undefined, flags: RescanFlags) =>
          (await import('../accounts/rescan.ts')).rescan(createTerminal(io, flags), name, flags),
        ),
    );
}

/** `duoport group set|list|remove` */
export function groupCommand(io: ProcessIo): Command {
  return new Command('group')
    .description('what holds for several users, where they have no rule of their own')
    .addCommand(
      addRuleFlags(
        placed('set', 'make a group, or change what holds for it').argument('<name>', 'the group'),
        {
          clear: true,
        },
      ).action(async (name: string, flags: RuleFlags & PlaceFlags) =>
        (await work()).setGroup(createTerminal(io, flags), name, flags),
      ),
    )
    .addCommand(
      placed('list', 'all groups with their rules').action(async (flags: PlaceFlags) =>
        (await work()).listGroups(createTerminal(io, flags), flags),
      ),
    )
    .addCommand(
      placed('remove', 'remove a group that nobody is in')
        .argument('<name>', 'the group')
        .action(async (name: string, flags: PlaceFlags) =>
          (await work()).removeGroup(createTerminal(io, flags), name, flags),
        ),
    );
}

function placed(name: string, summary: string): Command {
  return new Command(name)
    .description(summary)
    .option('--accounts <where>', 'an SQLite file, or postgres://user@host/database')
    .option('--config <file>', 'a settings file that says where; without the key it is accounts.db beside it')
    .option('--json', 'print JSON, one object a line');
}

function grouped(command: Command): Command {
  return command.option('--group <name>', 'whose rules hold where there are none; "" for none');
}

function asked(command: Command): Command {
  return command
    .addOption(new Option('--generate', 'make a password up and print it').conflicts('hash'))
    .option('--hash', 'what is read is a hash: argon2, bcrypt or crypt(3)');
}
