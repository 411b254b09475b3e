import type { ProcessIo, Terminal } from './terminal.ts';

interface Stoppable {
  readonly sessions: number;
  close(options: { readonly grace: number }): Promise<void>;
}

/** The first Ctrl-C lets transfers finish within the grace time, the second cuts them off. */
export async function untilStopped(
  io: ProcessIo,
  server: Stoppable,
  options: { readonly terminal: Terminal; readonly grace: number },
): Promise<void> {
  await aborted(io.interrupt);
  // Asked for now: the grace may have changed meanwhile.
  const { terminal, grace } = options;
  terminal.talk(closingText(server.sessions));
  const graceful = server.close({ grace });
  await Promise.race([graceful, aborted(io.terminate).then(() => server.close({ grace: 0 }))]);
}

function closingText(sessions: number): string {
  if (sessions === 0) return 'Closing.';
  const who = sessions === 1 ? 'one session' : `${sessions} sessions`;
  return `Closing: ${who} may finish. Ctrl-C again ends at once.`;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
