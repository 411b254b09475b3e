import { encodeText } from '@duoport/protocol';
import type { Attempt, Observations } from '../observations.ts';
import type { Try } from './attempt.ts';
import type { Access, Context } from './context.ts';
import { DialogueLost } from './dialogue.ts';
import { attemptOnce } from './lanes.ts';
import { askPassive } from './passive.ts';
import { closeDialogue, openSession } from './session.ts';
import { said } from './text.ts';

/** A few more passive ports, none of them dialled: they show the range. */
export async function samplePorts(context: Context, access: Access, secure: boolean): Promise<void> {
  const session = await openSession(context, access, secure);
  const verb = access.target.family === 4 ? 'PASV' : 'EPSV';
  try {
    for (let count = 0; count < portSamples; count++) {
      const announced = await askPassive(
        context,
        session,
        { verb },
        { agreed: undefined, announced: undefined },
      );
      if (announced === undefined) return;
    }
  } finally {
    await closeDialogue(context, session.dialogue);
  }
}

const portSamples = 6;

/** Stores one small file under a name of its own, and removes it again. */
export async function writeOnce(
  context: Context,
  access: Access,
  how: Pick<Try, 'verb' | 'secure'>,
  name: string,
): Promise<{ wrote: Observations['wrote']; attempt: Attempt }> {
  const session = await openSession(context, access, how.secure);
  try {
    const upload = encodeText('duoport doctor was here and takes this away again.\r\n');
    const transfer = { verb: 'STOR', argument: name, upload } as const;
    const { attempt } = await attemptOnce(context, session, { ...how, transfer });
    const stored = attempt.final;
    let removed: { code: number; text: string } | undefined;
    // Also after a refusal: some servers leave an empty file behind.
    if (attempt.transfer !== undefined) removed = await remove(context, access, how.secure, name);
    return { wrote: { name, stored, removed }, attempt };
  } finally {
    await closeDialogue(context, session.dialogue);
  }
}

/** On a control connection of its own: the one of the transfer may be out of step. */
async function remove(context: Context, access: Access, secure: boolean, name: string) {
  const session = await openSession(context, access, secure);
  try {
    return said(await session.dialogue.call('DELE', name, context.clock.atMost(context.replyPatience)));
  } catch (error) {
    if (error instanceof DialogueLost) return undefined;
    throw error;
  } finally {
    await closeDialogue(context, session.dialogue);
  }
}
