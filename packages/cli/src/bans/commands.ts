import { existsSync } from 'node:fs';
import { isPostgresUrl, openDefence } from '@duoport/accounts-sql';
import {
  AccountsUnavailable,
  type Ban,
  BanFault,
  banSubject,
  operatorBan,
  type SharedDefence,
} from '@duoport/server';
import { placeFor, usedPlace } from '../accounts/place.ts';
import type { AdminQuestion, Answered } from '../admin/admin-socket.ts';
import { askEverywhere } from '../admin/ask-servers.ts';
import { printable } from '../printable.ts';
import { untilText } from '../serve/defence-lines.ts';
import type { Terminal } from '../terminal.ts';
import { formatBytes } from '../transfer/progress-line.ts';
import { CommandError } from '../usage-error.ts';

/** Flags that every `duoport ban` has. */
export interface BanFlags {
  readonly accounts?: string;
  readonly config?: string;
  readonly pid?: number;
  readonly json?: boolean;
}

export interface NewBanFlags extends BanFlags {
  readonly for?: number;
  readonly because?: string;
}

/** `duoport ban list` */
export async function listBans(
  terminal: Terminal,
  flags: BanFlags & { readonly most: number },
): Promise<void> {
  const { most } = flags;
  await somewhere(terminal, flags, {
    question: { ask: 'bans', most },
    direct: async (shared) => show(terminal, await shared.bans(most, Date.now())),
    told: ({ pid, answer }, isOnly) => {
      if (!isOnly && !terminal.json) terminal.result(`process ${pid}`);
      show(terminal, answer as unknown as Listed);
    },
  });
}

/** `duoport ban add WHO` */
export async function addBan(terminal: Terminal, who: string, flags: NewBanFlags): Promise<void> {
  const because = flags.because ?? 'banned by hand';
  const ban = clearly(() => operatorBan({ subject: who, length: flags.for, because, wall: Date.now() }));
  const done = (made: Ban) => {
    if (terminal.json) terminal.object({ event: 'banned', ...made });
    else terminal.result(`${printable(made.subject)} is banned ${untilText(made.until)}.`);
  };
  await somewhere(terminal, flags, {
    question: { ask: 'ban', subject: ban.subject, length: flags.for, because },
    direct: async (shared) => {
      await shared.addBan(ban);
      done(ban);
    },
    told: ({ answer }) => done(answer['ban'] as Ban),
  });
}

/** `duoport ban remove WHO` */
export async function removeBan(terminal: Terminal, who: string, flags: BanFlags): Promise<void> {
  const subject = clearly(() => banSubject(who));
  const done = () => {
    if (terminal.json) terminal.object({ event: 'unbanned', subject });
    else terminal.result(`${printable(subject)} is no longer banned.`);
  };
  await somewhere(terminal, flags, {
    question: { ask: 'unban', subject },
    direct: async (shared) => {
      if (!(await shared.removeBan(subject))) throw new CommandError(`${printable(subject)} is not banned.`);
      done();
    },
    told: done,
  });
}

interface Ways {
  readonly question: AdminQuestion;
  readonly direct: (shared: SharedDefence) => Promise<void>;
  readonly told: (answered: Answered, isOnly: boolean) => void;
}

/** In the database that was named, or by the servers that run here, or in the database that servers of this user would take. */
async function somewhere(terminal: Terminal, flags: BanFlags, ways: Ways): Promise<void> {
  const { env } = terminal.io;
  if (flags.accounts !== undefined || flags.config !== undefined) {
    const place = await placeFor(flags, env);
    if (flags.accounts !== undefined || isPostgresUrl(place) || existsSync(place))
      return await directly(place, ways);
  }
  const all = await askEverywhere(terminal.io, ways.question, flags.pid);
  // One that has given way to its successor takes nobody in any more.
  const answers = all.filter(({ answer }) => answer['leaving'] !== true);
  if (answers.length > 0) return tell(answers, ways);
  const place = usedPlace(undefined, env);
  if (place !== undefined && flags.pid === undefined) return await directly(place, ways);
  throw new CommandError(
    'No server of this user runs here. Where servers have a database of accounts, say which: --accounts FILE or --config FILE.',
  );
}

function tell(answers: readonly Answered[], { told }: Ways): void {
  const faults = answers.filter(({ answer }) => answer['error'] !== undefined);
  for (const answered of answers) if (!faults.includes(answered)) told(answered, answers.length === 1);
  if (faults.length === 0) return;
  throw new CommandError(
    faults.map(({ pid, answer }) => `process ${pid}: ${printable(String(answer['error']))}`).join('\n'),
  );
}

async function directly(place: string, { direct }: Ways): Promise<void> {
  const shared = await openDefence(place);
  try {
    await direct(shared);
  } catch (error) {
    if (!(error instanceof AccountsUnavailable)) throw error;
    throw new CommandError(printable(error.message), { cause: error });
  } finally {
    await shared.close();
  }
}

function clearly<Made>(make: () => Made): Made {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof BanFault)) throw error;
    throw new CommandError(printable(error.message), { cause: error });
  }
}

interface Listed {
  readonly total: number;
  readonly bans: readonly Ban[];
  readonly listed?: number;
  readonly listBytes?: number;
}

function show(terminal: Terminal, { total, bans, listed = 0, listBytes = 0 }: Listed): void {
  if (terminal.json) {
    for (const ban of bans) terminal.object(ban);
    return;
  }
  for (const { subject, until, because } of bans)
    terminal.result([printable(subject), untilText(until), printable(because)].join('   '));
  if (total > bans.length) terminal.result(`… and ${total - bans.length} more (--most).`);
  if (total === 0) terminal.result('Nobody is banned.');
  if (listed > 0)
    terminal.result(`Lists keep ${listed.toLocaleString('en-US')} networks out (${formatBytes(listBytes)}).`);
}
