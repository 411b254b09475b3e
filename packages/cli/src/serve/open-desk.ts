import { existsSync } from 'node:fs';
import path from 'node:path';
import { openAdmin } from '../admin/admin-socket.ts';
import { stateFolder } from '../admin/state.ts';
import type { Terminal } from '../terminal.ts';
import type { Reloading } from './reloading.ts';

/**
 * Lets the operator ask for a reload: by SIGHUP, and by `duoport reload` through the socket of the state folder. Without a folder where the
 * socket could be it serves all the same.
 */
export async function openServeDesk(
  terminal: Terminal,
  reloading: Reloading,
): Promise<AsyncDisposable | undefined> {
  const { io } = terminal;
  io.onHangup?.(() => void reloading.reload());
  if (process.platform === 'win32') return undefined;
  const folder = stateFolder(io, undefined, 'serve');
  // A user of a service may have no home, and none is made.
  if (!existsSync(path.resolve(folder, '../../../..'))) return undefined;
  try {
    return await openAdmin(folder, async ({ ask }) => {
      if (ask !== 'reload') return { error: `A server is not asked for ${ask}.` };
      const fault = await reloading.reload();
      return fault === undefined ? { reloaded: true } : { error: fault };
    });
  } catch {
    return undefined;
  }
}
