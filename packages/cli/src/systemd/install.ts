import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { usedPlace } from '../accounts/place.ts';
import { loadSettings } from '../config/load-settings.ts';
import { printable } from '../printable.ts';
import { planServe, type ServePlan } from '../serve/plan.ts';
import { createTerminal, type ProcessIo } from '../terminal.ts';
import { CommandError, UsageError } from '../usage-error.ts';
import { type UnitFacts, unitFiles } from './units.ts';

export interface InstallFlags {
  readonly config: string;
  readonly user: string;
  readonly sockets?: boolean;
  readonly dryRun?: boolean;
}

/** Writes the units of a service, or prints them. */
export async function installSystemd(io: ProcessIo, flags: InstallFlags): Promise<void> {
  const terminal = createTerminal(io);
  const files = unitFiles(await factsOf(io, flags));
  if (flags.dryRun === true) {
    for (const { path: file, text } of files) terminal.result(`# ${file}\n${text}`);
    return;
  }
  for (const { path: file, text } of files) {
    try {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, text);
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? cause.code : 'unknown';
      throw new CommandError(
        `${file} cannot be written (${code}): run this as root, or see it with --dry-run.`,
      );
    }
    terminal.result(`${file} is written`);
  }
  const sockets = files.flatMap(({ path: file }) => (file.endsWith('.socket') ? [path.basename(file)] : []));
  terminal.result('Make the user:      systemd-sysusers');
  terminal.result('Start the service:  systemctl daemon-reload');
  terminal.result(`                    systemctl enable --now ${[...sockets, 'duoport.service'].join(' ')}`);
}

async function factsOf(io: ProcessIo, { config, user, sockets = false }: InstallFlags): Promise<UnitFacts> {
  const file = path.resolve(config);
  // Names in it are meant from the file on, whoever reads it.
  const effective = await loadSettings({ file, env: {}, directory: undefined, flags: {} });
  const { settings } = effective;
  if (settings.process.user !== undefined)
    throw new UsageError(
      'process.user is for servers that are started as root: the service manager starts this one as its user. Leave it out.',
    );
  const plan = await planServe(effective, usedPlace(file, io.env));
  const listeners = plan.listen ?? [{ host: undefined, port: 21, implicitTls: false }];
  const { activeSourcePort = 1024, modes } = plan;
  const binds = !sockets && listeners.some(({ port }) => port > 0 && port < 1024);
  return {
    program: programOf(io),
    config: file,
    user: userName(user),
    folders: foldersOf(plan),
    listeners,
    lowPorts: binds || (modes.active && activeSourcePort < 1024),
    sockets,
    grace: settings.timeouts.shutdown,
  };
}

/** Throws when it will not be there any more at the next start. */
function programOf({ self = [] }: ProcessIo): readonly string[] {
  const [node, ...words] = self;
  // What comes after the program's own file are the words of this very command.
  const at = words.findIndex((word) => !word.startsWith('-') && /(?:duoport|main)(?:\.[jt]s)?$/.test(word));
  if (node === undefined || at < 0) throw new CommandError('It is not known how this program was started.');
  const program = [node, ...words.slice(0, at), path.resolve(words[at] ?? '')];
  if (program.some((word) => word.includes('/_npx/')))
    throw new CommandError(
      'npx keeps its programs for a while only: npm install --global duoport, and run duoport install systemd.',
    );
  return program;
}

function userName(user: string): string {
  if (/^[a-z_][a-z0-9_-]{0,30}$/.test(user)) return user;
  throw new UsageError(`--user ${printable(user)}: small letters, digits, - and _, as in duoport.`);
}

function foldersOf({ folder, users, anonymous, anonymousFolder, accounts }: ServePlan): readonly string[] {
  const all = [
    ...(folder === '/' ? [] : [folder]),
    ...users.flatMap(({ folder: own, rules }) => [own, ...Object.values(rules.folders ?? {})]),
    ...(anonymous ? [anonymousFolder] : []),
    ...(accounts?.startsWith('/') === true ? [path.dirname(accounts)] : []),
  ];
  return [...new Set(all)].sort();
}
