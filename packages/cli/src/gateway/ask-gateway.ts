import type { ServerStatus } from '@duoport/gateway';
import { type Answered, askAll } from '../admin/admin-socket.ts';
import { stateFolder } from '../admin/state.ts';
import { printable } from '../printable.ts';
import { createTerminal, type ProcessIo } from '../terminal.ts';
import { CommandError } from '../usage-error.ts';

export interface AskFlags {
  readonly state?: string;
  readonly pid?: number;
  readonly json?: boolean;
}

interface Status {
  readonly leaving: boolean;
  readonly sessions: number;
  readonly servers: readonly (ServerStatus & { readonly url: string })[];
  readonly successor?: number;
  readonly unknown?: string;
  readonly error?: string;
}

/** `duoport gateway status|drain|undrain|restart`: asks the gateways of one state folder, and prints how they stand. */
export async function askGateway(
  io: ProcessIo,
  flags: AskFlags,
  question: { readonly ask: string; readonly server?: string | undefined },
): Promise<void> {
  const terminal = createTerminal(io, flags);
  const folder = stateFolder(io, flags.state, 'gateway');
  const asked =
    question.ask !== 'status' && question.server === undefined ? await one(folder, flags) : flags.pid;
  const answers = await askAll(folder, { ...question }, asked);
  if (answers.length === 0) throw nobody(folder);
  for (const { answer } of answers)
    if (typeof answer['error'] === 'string') throw new CommandError(answer['error']);
  if (answers.every(({ answer }) => answer['unknown'] !== undefined))
    throw new CommandError(
      `No gateway here has a server ${printable(question.server ?? '')}: status shows them.`,
    );
  for (const answered of answers) {
    if (terminal.json) terminal.object(answered.answer);
    else for (const line of linesOf(answered)) terminal.result(line);
  }
}

/** What concerns a whole process is done to one. */
async function one(folder: string, { pid }: AskFlags): Promise<number> {
  if (pid !== undefined) return pid;
  const there = (await askAll(folder, { ask: 'status' })).filter(({ answer }) => answer['leaving'] !== true);
  const [first, second] = there;
  if (first === undefined) throw nobody(folder);
  if (second === undefined) return first.pid;
  throw new CommandError(
    `Several gateways run here: say which with --pid ${there.map((each) => each.pid).join(' or --pid ')}.`,
  );
}

function nobody(folder: string): CommandError {
  return new CommandError(
    `No gateway of this user answers in ${printable(folder)}: was it started with another --state?`,
  );
}

function linesOf({ pid, answer }: Answered): readonly string[] {
  const { leaving, sessions, servers, successor } = answer as unknown as Status;
  const how = leaving ? ', takes no new ones' : '';
  return [
    `process ${pid}: ${counted(sessions)}${how}`,
    ...servers.map((server) => {
      const because = server.state === 'healthy' ? '' : `: ${printable(server.because)}`;
      return `  ${printable(server.url)}   ${server.state}, ${counted(server.sessions)}${because}`;
    }),
    ...(successor === undefined ? [] : [`process ${successor} takes the new ones`]),
  ];
}

function counted(sessions: number): string {
  return sessions === 1 ? '1 session' : `${sessions} sessions`;
}
