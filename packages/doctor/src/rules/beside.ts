import { changedOnTheWay, type Facts } from '../facts.ts';
import { harmless, replyText } from '../harmless.ts';
import type { Attempt } from '../observations.ts';
import type { Verdict } from '../verdict.ts';
import { isChangedArgument } from './active.ts';
import { wrongAddress } from './address.ts';
import { nameOf, resumption, verdict } from './attempt.ts';
import { blockedDial, passiveBlind } from './passive.ts';
import { seenRange } from './range.ts';

/** A verdict that is no cause of a failed try: it is worth a word all the same. */
export interface Remark extends Verdict {
  readonly attempts: readonly Attempt[];
}

/** Faults that hide behind others, and what works today by luck. */
export function remarks(facts: Facts): readonly Remark[] {
  return [
    ...behindAddress(facts),
    ...wrongButWorking(facts),
    ...helpers(facts),
    ...range(facts),
    ...idle(facts),
    ...resumed(facts),
    ...wrote(facts),
  ];
}

/** The address in 227 is wrong, and the port of the right address is shut too: the one is no use without the other. */
function behindAddress(facts: Facts): readonly Remark[] {
  return facts.attempts.flatMap((attempt) => {
    if (attempt.outcome !== 'fails' || wrongAddress(attempt, facts) === undefined) return [];
    const dial = attempt.dials.find((one) => one.to.address === facts.peer);
    const found =
      dial === undefined ? undefined : (passiveBlind(attempt, facts) ?? blockedDial(attempt, dial, facts));
    return found === undefined ? [] : [{ ...found, attempts: [attempt] }];
  });
}

/** We dialled the control connection's address and were through; a client that believes the 227 is not. */
function wrongButWorking(facts: Facts): readonly Remark[] {
  return facts.attempts.flatMap((attempt) => {
    const obeyed = attempt.dials.find((dial) => dial.to.address === attempt.announced?.address);
    if (attempt.outcome !== 'works' || obeyed?.how === 'open') return [];
    const found = wrongAddress(attempt, facts);
    return found === undefined ? [] : [{ ...found, attempts: [attempt] }];
  });
}

/** Helpers that do their work: good to know, for under TLS they cannot. */
function helpers(facts: Facts): readonly Remark[] {
  const told = new Set<string>();
  return facts.attempts.flatMap((attempt): readonly Remark[] => {
    const name = nameOf(attempt);
    // A listing and a file of the same mode say the same.
    if (attempt.outcome !== 'works' || told.has(name)) return [];
    told.add(name);
    const passive = changedOnTheWay(attempt);
    if (passive !== undefined) {
      const evidence = [
        `${nameOf(attempt)}: the server sent "${harmless(passive.sent)}", and "${harmless(passive.came)}" arrived`,
      ];
      return [
        {
          ...verdict('address-rewritten', evidence, facts.serverNat ? 'server' : 'middle'),
          attempts: [attempt],
        },
      ];
    }
    const received = attempt.server?.received;
    if (received === undefined || !isChangedArgument(attempt)) return [];
    const evidence = [
      `${nameOf(attempt)}: the server received ${harmless(received, 60)}, which is not what was sent from here`,
    ];
    return [{ ...verdict('address-rewritten', evidence, 'client'), attempts: [attempt] }];
  });
}

function range(facts: Facts): readonly Remark[] {
  const seen = seenRange(facts);
  if (seen?.unstable !== true) return [];
  const evidence = [`Ports announced: ${facts.seen.passivePorts.slice(0, 8).join(', ')}`];
  return [{ ...verdict('range-unstable', evidence, 'server'), attempts: [] }];
}

function idle(facts: Facts): readonly Remark[] {
  const { idle } = facts.seen;
  if (idle?.how !== 'dead') return [];
  const evidence = [
    `After ${Math.round(idle.silence / 1000)} s of silence the control connection did not answer any more`,
  ];
  const side = facts.clientNat ? 'client' : facts.serverNat ? 'server' : 'unknown';
  return [{ ...verdict('idle-cut', evidence, side), attempts: [] }];
}

/** A transfer without the session of the control connection was refused: clients that cannot resume have no luck here. */
function resumed({ seen }: Facts): readonly Remark[] {
  const { unresumed } = seen;
  const final = unresumed?.final;
  if (unresumed?.outcome !== 'fails' || final === undefined || !resumption.test(final.text)) return [];
  const evidence = [
    `${nameOf(unresumed)}, without the session of the control connection: "${replyText(final)}"`,
  ];
  return [{ ...verdict('tls-resumption-wanted', evidence, 'server'), attempts: [unresumed] }];
}

/** `--write`: storing failed although data connections work. */
function wrote({ seen }: Facts): readonly Remark[] {
  const { wrote } = seen;
  const reply = [wrote?.stored, wrote?.removed].find((one) => one !== undefined && one.code >= 400);
  if (wrote === undefined || reply === undefined) return [];
  const what = reply === wrote.stored ? 'Storing' : 'Removing';
  const evidence = [`${what} ${harmless(wrote.name, 60)}: the server answered "${replyText(reply)}"`];
  return [{ ...verdict('transfer-failed', evidence, 'server'), attempts: [] }];
}
