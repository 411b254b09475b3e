import type { Attempt } from '../observations.ts';
import { tryActive } from './active.ts';
import { draft, type Tried, type Try } from './attempt.ts';
import type { Access, Context } from './context.ts';
import { DialogueLost } from './dialogue.ts';
import { tryPassive } from './passive.ts';
import { pause } from './pause.ts';
import { isActive, mostLanes } from './plan.ts';
import { closeDialogue, openSession, refusalText, type Session } from './session.ts';
import { messageOf } from './text.ts';

export interface Work {
  readonly tries: readonly Try[];
  /** What follows on the same control connection. */
  next(done: Try, tried: Tried): readonly Try[];
  /** With what came over the data connection, when it was tried. */
  report(attempt: Attempt, tried: Tried | undefined, request: Try): void;
  /** Milliseconds to be kept back for what comes later. */
  readonly reserve: number;
}

/**
 * Makes the tries, up to three at a time, each on a control connection of its own. A server that lets in fewer gets fewer;
 * one that lets in none any more leaves the rest `not-tried`.
 */
export async function runLanes(
  context: Context,
  access: Access,
  work: Work,
  ready: Session[],
): Promise<void> {
  const queue = [...work.tries];
  const lanes = Math.min(mostLanes, Math.max(1, work.tries.length));
  await Promise.all(
    Array.from({ length: lanes }, (_, index) => runLane(context, access, { queue, work }, ready[index])),
  );
  // What is left came back from lanes that were not let in beside others: now they are alone, once the server has noticed.
  let refusal: string | undefined;
  for (let again = 0; queue.length > 0 && again < mostReturns; again++) {
    if (again > 0) await pause(context.clock.atMost(returnAfter), context.signal);
    refusal = await runLane(context, access, { queue, work }, undefined);
  }
  for (const left of queue) {
    work.report(untried(left, refusal ?? 'the server lets nobody in any more'), undefined, left);
  }
}

const mostReturns = 3;
const returnAfter = 400;

interface Lane {
  readonly queue: Try[];
  readonly work: Work;
}

/** Works the queue off on one control connection after the other. A text: why it was not let in, and what it had taken is back. */
async function runLane(
  context: Context,
  access: Access,
  { queue, work }: Lane,
  first: Session | undefined,
): Promise<string | undefined> {
  let session = first;
  try {
    for (let next = take(queue, session); next !== undefined; next = take(queue, session)) {
      if (context.clock.left(work.reserve) === 0) {
        work.report(untried(next, 'no time was left'), undefined, next);
        continue;
      }
      try {
        session = await fit(context, access, session, next);
      } catch (error) {
        session = undefined;
        context.signal.throwIfAborted();
        queue.unshift(next);
        return refusalText(error);
      }
      await runTry(context, session, next, work);
    }
    return undefined;
  } finally {
    if (session !== undefined) await closeDialogue(context, session.dialogue);
  }
}

/** A try that suits the session first. */
function take(queue: Try[], session: Session | undefined): Try | undefined {
  const fits = queue.findIndex(({ secure }) => session === undefined || secure === session.secure);
  return queue.splice(Math.max(0, fits), 1)[0];
}

/** The session when it is still good for this try, or a new one. */
async function fit(
  context: Context,
  access: Access,
  session: Session | undefined,
  next: Try,
): Promise<Session> {
  if (session !== undefined) {
    if (session.dialogue.loss === undefined && session.secure === next.secure) return session;
    await closeDialogue(context, session.dialogue);
  }
  return await openSession(context, access, next.secure);
}

async function runTry(context: Context, session: Session, first: Try, work: Work): Promise<void> {
  const queue = [first];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const tried = await attemptOnce(context, session, next);
    work.report(tried.attempt, tried, next);
    if (session.dialogue.loss !== undefined || context.clock.left(work.reserve) === 0) return;
    if (tried.attempt.outcome === 'works') queue.push(...work.next(next, tried));
  }
}

/** One try, whatever happens in it. Rejects only when the run is over. */
export async function attemptOnce(context: Context, session: Session, request: Try): Promise<Tried> {
  const attempt = draft(request);
  const { verb, secure } = request;
  context.tell({ step: 'attempt', text: `${verb}${secure ? ' under TLS' : ''}`, verb, secure });
  const since = performance.now();
  const finish = (tried: Tried): Tried => ({
    ...tried,
    attempt: {
      ...tried.attempt,
      took: Math.round(performance.now() - since),
      lost: tried.attempt.lost ?? lossOf(session),
    },
  });
  try {
    const run = isActive(verb) ? tryActive : tryPassive;
    return finish(await run(context, session, request, attempt));
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof DialogueLost)) attempt.error = messageOf(error);
    return finish({ attempt, sample: new Uint8Array(0) });
  }
}

/** A loss that we brought about is none. */
function lossOf({ dialogue }: Session): string | undefined {
  const { loss } = dialogue;
  return loss === undefined || loss.text === 'given up' ? undefined : `${loss.verb}: ${loss.how}`;
}

/** What was not tried, and why. */
export function untried(request: Try, because: string): Attempt {
  return { ...draft(request), outcome: 'not-tried', lost: because };
}
