import { existsSync } from 'node:fs';
import path from 'node:path';
import { openAdmin } from '../admin/admin-socket.ts';
import { stateFolder } from '../admin/state.ts';
import type { Terminal } from '../terminal.ts';
import type { GatewayFlags } from './flags.ts';
import type { GatewayDesk } from './gateway-desk.ts';

/**
 * Lets the operator ask by the socket in the state folder, and by SIGUSR2. A gateway whose user has no home runs without the socket, unless
 * `--state` asks for it.
 */
export async function openDesk(
  terminal: Terminal,
  desk: GatewayDesk,
  { state }: Pick<GatewayFlags, 'state'>,
): Promise<AsyncDisposable | undefined> {
  const { io } = terminal;
  desk.succession.onSignal();
  if (process.platform === 'win32') return undefined;
  const folder = stateFolder(io, state, 'gateway');
  const home = path.resolve(folder, '../../../..');
  if (state === undefined && !existsSync(home)) return undefined;
  try {
    return await openAdmin(folder, (question) => desk.answer(question));
  } catch (error) {
    if (state !== undefined) throw error;
    return undefined;
  }
}
