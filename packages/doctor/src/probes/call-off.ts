import type { Context } from './context.ts';
import { orLate } from './or-late.ts';
import type { Session } from './session.ts';

/**
 * A server that waits or dials in vain may answer nothing else for a minute. Our own kind lets itself be called off, and then tells
 * what it saw; from others we hang up.
 */
export async function callOff(context: Context, session: Session): Promise<void> {
  const { dialogue } = session;
  if (!session.probes || dialogue.loss !== undefined) return dialogue.drop();
  const { final } = dialogue.send('ABOR');
  if (
    (await orLate(
      final.catch(() => undefined),
      context.clock.atMost(abortPatience),
    )) === undefined
  )
    dialogue.drop();
}

const abortPatience = 1500;
