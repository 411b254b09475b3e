import { memoryOf } from '../measure/processes.ts';
import type { Server } from '../servers/server.ts';
import { openSessions } from './logins.ts';

/** Bytes of memory that each of `count` logged-in sessions costs, over all processes of the server. */
export async function idleMemory(server: Server, count: number): Promise<number> {
  // What the first session brings along once (lazily loaded code, tables) belongs to the server, not to the session.
  const first = await openSessions(server.target, 20, 4);
  const before = memoryOf(server.pid);
  const sessions = await openSessions(server.target, count, 8);
  try {
    return (memoryOf(server.pid) - before) / count;
  } finally {
    for (const session of [...first, ...sessions]) session.destroy();
  }
}
