import { setTimeout } from 'node:timers/promises';
import type { Seat } from '@duoport/net';
import type { Login } from '../accounts/accounts.ts';
import type { Context } from '../command.ts';
import type { Knock, KnockAnswer } from './guard.ts';

/*
 * What a login has to do with the guard of the server. Without one nothing is asked and nothing is waited for.
 */

/** What the login is up against. Where it has to wait, it has done so. */
export async function knock(context: Context, user: string): Promise<KnockAnswer | undefined> {
  const { guard } = context.settings;
  if (guard === undefined) return undefined;
  const answer = await guard.knock(whoIs(context, user));
  if (answer.kind === 'enter') await pause(context, answer.wait);
  return answer;
}

/** The name was right. */
export async function passed(context: Context, user: string): Promise<void> {
  await context.settings.guard?.passed(whoIs(context, user));
}

/** It was wrong: it counts, and its answer waits. */
export async function punished(context: Context, user: string): Promise<void> {
  const { guard } = context.settings;
  if (guard === undefined) return;
  await pause(context, await guard.offended({ ...whoIs(context, user), offence: 'login' }));
}

/** The place of the login among the sessions of its user, wherever these are. Undefined: all are taken. */
export async function seatOf(
  { settings, session }: Context,
  { user, limits }: Login,
): Promise<Seat | undefined> {
  const { guard, seats } = settings;
  const sessions = limits?.sessions;
  if (guard === undefined || sessions === undefined) return seats.take(user, limits);
  if (!(await guard.takeSeat({ session, user, sessions }))) return undefined;
  // What is shared is counted by the guard; here only the rates are shared.
  const seat = seats.take(user, { ...limits, sessions: undefined });
  let isSeated = true;
  return (
    seat && {
      throttle: (direction) => seat.throttle(direction),
      leave: () => {
        seat.leave();
        if (!isSeated) return;
        isSeated = false;
        // Where it cannot be heard the process that would hear it is gone.
        guard.leaveSeat(session).catch(() => undefined);
      },
    }
  );
}

function whoIs({ session, peer }: Context, user: string): Knock {
  return { session, peer, user };
}

/** Not beyond the end of the session. */
async function pause({ signal }: Context, milliseconds: number): Promise<void> {
  if (milliseconds >= 1)
    await setTimeout(milliseconds, undefined, { signal: signal() }).catch(() => undefined);
}
