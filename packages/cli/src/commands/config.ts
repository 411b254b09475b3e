import { existsSync } from 'node:fs';
import { Command, Option } from 'commander';
import type { ImportFlags } from '../config/commands/import.ts';
import { addServeFlags, type ServeFlags } from '../flags/serve-flags.ts';
import { createTerminal, type ProcessIo } from '../terminal.ts';

interface OutputFlags {
  readonly json?: boolean;
}

interface InitFlags {
  readonly yes?: boolean;
  readonly force?: boolean;
}

const usual = 'duoport.yaml';
const json = (): Option => new Option('--json', 'one JSON object');

/** `duoport config init|check|print|import`. What they do is loaded when they run: it brings the schema of the settings. */
export function configCommand(io: ProcessIo): Command {
  return new Command('config')
    .description('make, check and show the settings file of a server')
    .addCommand(
      new Command('check')
        .description('read a settings file as serve would, and say what is wrong with it')
        .argument('[file]', 'the settings file', usual)
        .option('--offline', 'ask no database, directory or service whether it is there')
        .addOption(json())
        .action(async (file: string, flags: OutputFlags & { readonly offline?: boolean }) => {
          const { checkSettings } = await import('../config/commands/check.ts');
          await checkSettings(createTerminal(io, flags), file, flags);
        }),
    )
    .addCommand(printCommand(io))
    .addCommand(importCommand(io))
    .addCommand(
      new Command('init')
        .description('make a settings file by a few questions')
        .argument('[file]', 'the file to write', usual)
        .option('-y, --yes', 'ask nothing: take what would be proposed')
        .option('--force', 'write over a file that is there')
        .action(async (file: string, flags: InitFlags) => {
          const { initSettings } = await import('../config/commands/init.ts');
          await initSettings(createTerminal(io), file, flags);
        }),
    );
}

/** It takes the flags of `serve` that are settings, to show what they would do. */
function printCommand(io: ProcessIo): Command {
  const command = new Command('print')
    .description('show every setting with its origin: default, file and line, environment or flag')
    .argument('[file]', `the settings file (default: ${usual}, where there is one)`)
    .addOption(json())
    .action(
      async (file: string | undefined, { json: asJson, ...given }: OutputFlags & Partial<ServeFlags>) => {
        const { printSettings } = await import('../config/commands/print.ts');
        const found = file ?? (existsSync(usual) ? usual : undefined);
        await printSettings(createTerminal(io, { json: asJson }), { file: found, flags: given });
      },
    );
  return addServeFlags(command, settingFlags);
}

function importCommand(io: ProcessIo): Command {
  return new Command('import')
    .description(
      'make a settings file of the configuration of vsftpd, ProFTPD, Pure-FTPd, SFTPGo or FileZilla Server',
    )
    .argument(
      '[file]',
      'vsftpd.conf, proftpd.conf, sftpgo.json, settings.xml, pure-ftpd.conf or the folder of its options',
    )
    .addOption(
      new Option('--from <server>', 'whose it is, where the name of the file does not say it').choices([
        'vsftpd',
        'proftpd',
        'pure-ftpd',
        'sftpgo',
        'filezilla',
      ]),
    )
    .option('--command-line <words>', 'the options that pure-ftpd is started with, instead of a file')
    .option('-o, --output <file>', 'write the settings there instead of to standard output')
    .option('--force', 'write over a file that is there')
    .addOption(json())
    .action(async (file: string | undefined, flags: ImportFlags & OutputFlags) => {
      const { importSettings } = await import('../config/commands/import.ts');
      await importSettings(createTerminal(io, flags), file, flags);
    });
}

const settingFlags: ReadonlySet<keyof ServeFlags> = new Set([
  'listen',
  'listenTls',
  'user',
  'accounts',
  'anonymous',
  'passivePorts',
  'passiveAddress',
  'singlePort',
  'workers',
  'dataTimeout',
  'activeSourcePort',
  'modes',
  'tlsCert',
  'tlsKey',
  'tlsSelfSigned',
  'requireTls',
]);
