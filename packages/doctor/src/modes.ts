import { isPassive } from './facts.ts';
import type { FindingCode } from './finding-codes.ts';
import { harmless, replyText } from './harmless.ts';
import type { Attempt } from './observations.ts';
import type { DataVerb, ModeResult } from './report.ts';
import { dialLine, nameOf, seconds } from './rules/attempt.ts';
import { decisive } from './rules/passive.ts';

/** One way of making a data connection, with all that was tried of it (a listing, a file). */
export interface Cell {
  readonly verb: DataVerb;
  readonly secure: boolean;
  readonly attempts: readonly Attempt[];
  readonly outcome: ModeResult['outcome'];
  /** The try that stands for the cell: one that works, else the first that fails. */
  readonly decisive: Attempt;
}

export function cellsOf(attempts: readonly Attempt[]): readonly Cell[] {
  const groups = new Map<string, Attempt[]>();
  for (const attempt of attempts) {
    const key = nameOf(attempt);
    groups.set(key, [...(groups.get(key) ?? []), attempt]);
  }
  return [...groups.values()].flatMap((all) => {
    const best =
      all.find((one) => one.outcome === 'works') ?? all.find((one) => one.outcome === 'fails') ?? all[0];
    if (best === undefined) return [];
    return [{ verb: best.verb, secure: best.secure, attempts: all, outcome: best.outcome, decisive: best }];
  });
}

/** What became of it, in one line, with the cause when the rules found one. */
export function modeResult(
  cell: Cell,
  cause: { readonly code: FindingCode; readonly at: number | undefined } | undefined,
): ModeResult {
  const { verb, secure, outcome, decisive: attempt } = cell;
  const took = Math.round(attempt.took);
  const given =
    cause === undefined || outcome !== 'fails'
      ? {}
      : { cause: cause.code, ...(cause.at === undefined ? {} : { at: cause.at }) };
  return { verb, secure, outcome, ...endOf(cell, attempt), took, ...given };
}

type End = Pick<ModeResult, 'step' | 'how' | 'text'>;

function endOf(cell: Cell, attempt: Attempt): End {
  if (cell.outcome === 'works') {
    const what = attempt.transfer === undefined ? 'a transfer' : harmless(attempt.transfer, 60);
    return { step: 'done', how: 'done', text: `${what} went through in ${seconds(attempt.took)}` };
  }
  if (cell.outcome === 'not-tried') return { step: 'command', how: 'skipped', text: 'was not tried' };
  const { agreed, lost, verb } = attempt;
  if (agreed === undefined) {
    const text =
      lost === undefined
        ? `the server did not answer ${verb}`
        : `the control connection was lost: ${harmless(lost)}`;
    return { step: 'command', how: lost === undefined ? 'silent' : 'closed', text };
  }
  if (agreed.code >= 400)
    return { step: 'command', how: 'reply', text: `the server answered "${replyText(agreed)}"` };
  return isPassive(verb) ? passiveEnd(attempt) : activeEnd(attempt);
}

function passiveEnd(attempt: Attempt): End {
  const dial = decisive(attempt);
  if (dial === undefined) {
    const how = attempt.announced === undefined ? 'garbage' : 'skipped';
    return {
      step: 'connect',
      how,
      text: how === 'garbage' ? 'the reply names no port' : 'what it names was not dialled',
    };
  }
  if (dial.how === 'open') return laterEnd(attempt);
  const how = dial.how === 'failed' ? 'rejected' : dial.how;
  return { step: 'connect', how, text: dialLine(attempt, dial).replace(/^[^:]*: /, '') };
}

function activeEnd(attempt: Attempt): End {
  const { accepted, final, synsSeen } = attempt;
  if (accepted !== undefined) return laterEnd(attempt);
  if (final !== undefined) {
    return { step: 'accept', how: 'reply', text: `nothing came; the server answered "${replyText(final)}"` };
  }
  const here =
    (synsSeen ?? []).length > 0 ? 'the server’s SYN came to the network card and no further' : 'nothing came';
  return { step: 'accept', how: 'silent', text: `${here} for ${seconds(attempt.took)}` };
}

function laterEnd({ tls, final, bytes }: Attempt): End {
  if (tls?.how === 'failed') {
    return {
      step: 'tls',
      how: 'closed',
      text: `TLS on the data connection fails: ${harmless(tls.error ?? 'no reason given', 80)}`,
    };
  }
  if (final !== undefined)
    return { step: 'transfer', how: 'reply', text: `opened; the server answered "${replyText(final)}"` };
  return {
    step: 'transfer',
    how: 'silent',
    text: `opened, ${bytes} bytes came, and no word on how it ended`,
  };
}
