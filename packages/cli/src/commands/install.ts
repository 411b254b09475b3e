import { Command, Option } from 'commander';
import type { InstallFlags } from '../systemd/install.ts';
import type { ProcessIo } from '../terminal.ts';

/** `duoport install systemd` */
export function installCommand(io: ProcessIo): Command {
  return new Command('install').description('make a service of the server').addCommand(
    new Command('systemd')
      .description('write the units of a service for systemd, with all its walls around it')
      .addOption(new Option('--config <file>', 'the settings').default('duoport.yaml'))
      .addOption(new Option('--user <name>', 'whom the service runs as').default('duoport'))
      .addOption(
        new Option('--sockets', 'systemd opens the control ports, so that the server never has the right to'),
      )
      .addOption(new Option('--dry-run', 'print the files, write nothing'))
      .action(async (flags: InstallFlags) => {
        const { installSystemd } = await import('../systemd/install.ts');
        await installSystemd(io, flags);
      }),
  );
}
