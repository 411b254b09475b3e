import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { Command, Option } from 'commander';
import { parseWhole } from '../flags/values.ts';
import type { ProcessIo } from '../terminal.ts';
import { CommandError } from '../usage-error.ts';
import { type AdminQuestion, type Answered, askAll } from './admin-socket.ts';
import { serveFolder, stateFolder } from './state.ts';

export interface AskServersFlags {
  readonly pid?: number;
  readonly json?: boolean;
}

/** A command that asks running servers, with the flags of {@link AskServersFlags}. `words`: what help says of them, where it is not the usual. */
export function askingCommand(
  name: string,
  description: string,
  words: { readonly pid?: string; readonly json?: string } = {},
): Command {
  const { pid = 'only the process with this number', json = 'one JSON object a line for each process' } =
    words;
  return new Command(name)
    .description(description)
    .addOption(new Option('--pid <number>', pid).argParser(parseWhole))
    .addOption(new Option('--json', json));
}

/** Asks the servers of this user that run here. Rejects with CommandError when there is none, or when one gives no answer. */
export async function askServers(
  io: ProcessIo,
  { pid }: AskServersFlags,
  question: AdminQuestion,
): Promise<readonly Answered[]> {
  const answers = await askEverywhere(io, question, pid);
  if (answers.length === 0) throw new CommandError('No server of this user runs here: duoport serve.');
  const fault = answers.map(({ answer }) => answer['error']).find((error) => typeof error === 'string');
  if (fault !== undefined) throw new CommandError(String(fault));
  return answers;
}

/** Services of this machine, which the service manager or root has started. */
const services = '/run';

/** Asks the servers of this user, and the services of this machine that this user may ask. `only`: the process with this number. */
export async function askEverywhere(
  io: ProcessIo,
  question: AdminQuestion,
  only?: number,
): Promise<readonly Answered[]> {
  const own = new Set([serveFolder(io), stateFolder(io, undefined, 'serve')]);
  const names = await readdir(services).catch(() => []);
  for (const name of names) if (/^duoport/.test(name)) own.add(path.join(services, name, 'serve'));
  const answers = await Promise.all([...own].map((folder) => askAll(folder, question, only)));
  return answers.flat().sort((one, other) => one.pid - other.pid);
}
