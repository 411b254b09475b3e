import type { Observations } from '../observations.ts';
import type { Context } from './context.ts';
import { DialogueLost } from './dialogue.ts';
import { pause } from './pause.ts';
import { closeDialogue, type Session } from './session.ts';

/** Keeps one control connection silent for so long, then asks whether anybody is there. */
export async function stayIdle(
  context: Context,
  session: Session,
  silence: number,
): Promise<Observations['idle']> {
  context.tell({ step: 'idle', text: `silent for ${Math.round(silence / 1000)} s` });
  const { dialogue } = session;
  try {
    await pause(silence, context.signal);
    await dialogue.call('NOOP', undefined, idlePatience);
    return { silence, how: 'alive' };
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof DialogueLost)) throw error;
    return { silence, how: 'dead' };
  } finally {
    await closeDialogue(context, dialogue);
  }
}

/** A box that has forgotten the connection drops the question; TCP would ask again for a quarter of an hour. */
const idlePatience = 6000;
