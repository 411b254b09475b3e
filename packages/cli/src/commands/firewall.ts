import {
  type Answer,
  FirewallError,
  firewallRules,
  type Target,
  targetFacts,
  targets,
} from '@duoport/firewall';
import { Command } from 'commander';
import { addFirewallFlags, type FirewallFlags, placeOf } from '../firewall/flags.ts';
import { requestOf } from '../firewall/request.ts';
import { printable } from '../printable.ts';
import { createTerminal, type ProcessIo, type Terminal } from '../terminal.ts';
import { wrap } from '../trace/wrap.ts';
import { CommandError, UsageError } from '../usage-error.ts';

/** `duoport firewall --for TARGET` */
export function firewallCommand(io: ProcessIo): Command {
  const command = new Command('firewall')
    .description('print the firewall rules that let FTP through')
    .action((flags: FirewallFlags) => firewall(createTerminal(io, flags), flags));
  return addFirewallFlags(command);
}

async function firewall(terminal: Terminal, flags: FirewallFlags): Promise<void> {
  if (flags.list === true) {
    list(terminal);
    return;
  }
  const target = targetOf(flags.for);
  const answer = answerTo(target, await withSettings(terminal.io.env, flags));
  if (terminal.json) terminal.object(answer);
  if (answer.kind === 'refused')
    throw new CommandError(`${answer.target}: ${answer.because} Nearest: ${answer.nearest}`);
  if (terminal.json) return;
  // Nothing but the rules on standard output: it can go straight into a shell or a file.
  const text = (flags.undo === true ? answer.undo : answer.apply).trimEnd();
  if (text !== '') for (const line of text.split('\n')) terminal.result(line);
  if (answer.file !== undefined) terminal.talk(`This goes into ${answer.file}`);
  for (const { code, text: note } of flags.undo === true ? [] : answer.notes) {
    for (const line of wrap(`${code}: ${note}`, terminal.columns)) terminal.talk(line);
  }
}

/** Loaded only with --config: it is the whole schema of the settings. */
async function withSettings(env: ProcessIo['env'], flags: FirewallFlags): Promise<FirewallFlags> {
  if (flags.config === undefined) return flags;
  const { loadSettings } = await import('../config/load-settings.ts');
  const { flagsFromConfig } = await import('../firewall/from-config.ts');
  return flagsFromConfig((await loadSettings({ file: flags.config, env })).settings, flags);
}

function answerTo(target: Target, flags: FirewallFlags): Answer {
  try {
    return firewallRules(target, requestOf(flags), placeOf(flags));
  } catch (error) {
    if (error instanceof FirewallError) throw new UsageError(printable(error.message));
    throw error;
  }
}

function targetOf(word: string | undefined): Target {
  const target = targets.find((known) => known === word);
  if (target !== undefined) return target;
  const problem =
    word === undefined ? 'Which firewall? Say it with --for' : `There are no rules for ${printable(word)}`;
  throw new UsageError(`${problem}: ${targets.join(', ')}.`);
}

function list(terminal: Terminal): void {
  const width = Math.max(...targets.map((target) => target.length));
  const titles = Math.max(...targets.map((target) => targetFacts[target].title.length));
  for (const target of targets) {
    const { title, proof, how } = targetFacts[target];
    if (terminal.json) terminal.object({ target, title, proof, how });
    else terminal.result(`${target.padEnd(width)}  ${title.padEnd(titles)}  ${proof.padEnd(8)}  ${how}`);
  }
}
