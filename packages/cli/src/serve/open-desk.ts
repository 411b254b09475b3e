import { existsSync } from 'node:fs';
import path from 'node:path';
import { openAdmin } from '../admin/admin-socket.ts';
import { runtimeFolder, serveFolder } from '../admin/state.ts';
import type { Succession } from '../restart/succession.ts';
import type { Terminal } from '../terminal.ts';
import { answerBan } from './ban-desk.ts';
import type { Reloading } from './reloading.ts';
import type { ServedDefence } from './served-defence.ts';
import type { SightDesk } from './sight-desk.ts';

/** What the operator may ask a server for. */
export interface ServeDesk {
  /** Undefined: it has no settings file. */
  readonly reloading: Reloading | undefined;
  readonly succession: Succession;
  readonly sight: SightDesk;
  readonly defence: ServedDefence;
}

/**
 * Lets the operator ask for a reload (SIGHUP) and for a restart (SIGUSR2): by the signal, and by `duoport reload` and `duoport restart` through the
 * socket of the state folder. Without a folder where the socket could be it serves all the same.
 */
export async function openServeDesk(
  terminal: Terminal,
  { reloading, succession, sight, defence }: ServeDesk,
): Promise<AsyncDisposable | undefined> {
  const { io } = terminal;
  // One that has given way keeps the settings that it has.
  if (reloading) io.onHangup?.(() => void (succession.isLeaving || reloading.reload()));
  succession.onSignal();
  if (process.platform === 'win32') return undefined;
  const folder = serveFolder(io);
  // A user of a service may have no home, and none is made.
  if (runtimeFolder(io.env) === undefined && !existsSync(path.resolve(folder, '../../../..')))
    return undefined;
  try {
    return await openAdmin(folder, async (question) => {
      const { ask } = question;
      const seen = await sight.answer(question);
      if (seen !== undefined) return seen;
      if (succession.isLeaving) return { leaving: true };
      if (ask === 'standing') return { leaving: false };
      if (ask === 'restart') return { successor: await succession.restart() };
      const banned = await answerBan(question, defence.current);
      if (banned !== undefined) return banned;
      if (ask !== 'reload') return { error: `A server is not asked for ${ask}.` };
      if (reloading === undefined) return { withoutFile: true };
      const fault = await reloading.reload();
      return fault === undefined ? { reloaded: true } : { error: fault };
    });
  } catch {
    return undefined;
  }
}
