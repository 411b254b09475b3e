import { Option } from 'commander';
import { parseWhole } from '../flags/values.ts';
import type { ProcessIo } from '../terminal.ts';
import { CommandError } from '../usage-error.ts';
import { type AdminQuestion, type Answered, askAll } from './admin-socket.ts';
import { stateFolder } from './state.ts';

export interface AskServersFlags {
  readonly pid?: number;
  readonly json?: boolean;
}

/** Flags of every command that asks running servers. */
export const askServersOptions = (): readonly Option[] => [
  new Option('--pid <number>', 'only the process with this number').argParser(parseWhole),
  new Option('--json', 'one JSON object a line for each process'),
];

/** Asks the servers of this user that run here. Rejects with CommandError when there is none, or when one gives no answer. */
export async function askServers(
  io: ProcessIo,
  { pid }: AskServersFlags,
  question: AdminQuestion,
): Promise<readonly Answered[]> {
  const answers = await askAll(stateFolder(io, undefined, 'serve'), question, pid);
  if (answers.length === 0) throw new CommandError('No server of this user runs here: duoport serve.');
  const fault = answers.map(({ answer }) => answer['error']).find((error) => typeof error === 'string');
  if (fault !== undefined) throw new CommandError(String(fault));
  return answers;
}
