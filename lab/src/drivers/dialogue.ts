import type { DataVerb } from '@duoport/doctor';
import { type Cell, type Failed, howByTime, isPassive } from './cell.ts';

/** One line of what a client printed. */
export interface Line {
  /** Milliseconds since midnight, as precise as the client is. */
  readonly at: number;
  readonly from: 'client' | 'server' | 'talk';
  readonly text: string;
}

type Verdict = Omit<Failed, 'outcome' | 'took'>;

const dataVerbs: readonly string[] = ['PASV', 'EPSV', 'PORT', 'EPRT'] satisfies readonly DataVerb[];

/**
 * Which cell-breaking thing happened first in a dialogue; undefined: nothing went wrong with this verb. What comes after
 * a client took another verb of its own accord does not count any more: with that the cell has failed.
 */
export function judgeDialogue(lines: readonly Line[], cell: Cell): Verdict | undefined {
  const first = lines.findIndex(isAttempt);
  if (first < 0) return beforeData(lines);
  for (const attempt of attempts(lines.slice(first))) {
    const verb = attempt[0]?.text.split(' ')[0];
    if (verb !== cell.verb) return { step: 'command', how: 'garbage', text: `the client used ${verb}` };
    const verdict = judgeAttempt(attempt, cell);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}

/** Every data connection: from its PASV, EPSV, PORT or EPRT to the next. */
function attempts(lines: readonly Line[]): readonly (readonly Line[])[] {
  const starts = lines.flatMap((line, index) => (isAttempt(line) ? [index] : []));
  return starts.map((start, index) => lines.slice(start, starts[index + 1]));
}

function isAttempt({ from, text }: Line): boolean {
  return from === 'client' && dataVerbs.includes(text.split(' ')[0] ?? '');
}

function beforeData(lines: readonly Line[]): Verdict {
  const no = lines.find((line) => isNo(line));
  if (no !== undefined) return { step: 'control', how: 'reply', reply: codeOf(no) ?? 0, text: no.text };
  const dialled = dialVerdict(lines);
  if (dialled !== undefined) return { ...dialled, step: 'control' };
  return { step: 'control', how: 'closed', text: lines.at(-1)?.text ?? 'nothing was printed' };
}

function judgeAttempt(lines: readonly Line[], cell: Cell): Verdict | undefined {
  const agreed = lines.find((line) => line.from === 'server');
  if (agreed === undefined) return { step: 'control', how: 'closed', text: `no answer to ${cell.verb}` };
  if (isNo(agreed)) return { step: 'command', how: 'reply', reply: codeOf(agreed) ?? 0, text: agreed.text };
  if (isPassive(cell.verb)) {
    const dialled = dialVerdict(lines);
    if (dialled !== undefined) return dialled;
  }
  const sent = lines.findIndex(
    ({ from, text }) => from === 'client' && /^(LIST|NLST|MLSD|RETR|STOR)\b/.test(text),
  );
  if (sent < 0) return { step: 'connect', how: 'closed', text: lines.at(-1)?.text ?? '' };
  const after = lines.slice(sent);
  const end = after.find(isFinal);
  const took = (end?.at ?? 0) - (after[0]?.at ?? 0);
  if (end === undefined) {
    const tls = lines.find(
      ({ from, text }) => from === 'talk' && /SSL_connect: |gnutls_handshake: /.test(text),
    );
    if (tls !== undefined) return { step: 'tls', how: 'closed', text: tls.text };
    return { step: 'transfer', how: 'closed', text: `no reply to ${after[0]?.text}` };
  }
  return isNo(end) ? refusedTransfer(end, took, cell) : undefined;
}

function isFinal(line: Line): boolean {
  const code = codeOf(line);
  return line.from === 'server' && code !== undefined && code >= 200;
}

/** A final reply that says no to LIST, RETR or STOR. */
export function refusedTransfer({ text }: { readonly text: string }, took: number, cell: Cell): Verdict {
  const reply = codeOf({ from: 'server', text }) ?? 0;
  // RFC 959 §4.2.2: 425 is "can't open data connection". Active: it was for the server to open it.
  if (reply === 425 && !isPassive(cell.verb))
    return { step: 'accept', how: howOf(text) ?? howByTime(took), reply, text };
  return { step: reply === 522 ? 'tls' : 'transfer', how: 'reply', reply, text };
}

/** What a program says about a TCP connection that it could not make. */
export function howOf(text: string): 'refused' | 'rejected' | 'silent' | undefined {
  if (/connection refused/i.test(text)) return 'refused';
  if (/no route to host|unreachable/i.test(text)) return 'rejected';
  if (/time-?d? ?out|no answer within/i.test(text)) return 'silent';
  return undefined;
}

function dialVerdict(lines: readonly Line[]): Verdict | undefined {
  for (const { from, text } of lines) {
    const how = from === 'talk' ? howOf(text) : undefined;
    if (how !== undefined) return { step: 'connect', how, text };
  }
  return undefined;
}

function isNo(line: Line): boolean {
  return line.from === 'server' && (codeOf(line) ?? 0) >= 400;
}

/** Code of the last line of a reply; the lines before it have `-` or nothing behind it. */
function codeOf({ text }: Pick<Line, 'from' | 'text'>): number | undefined {
  const found = /^(\d{3})(?: |$)/.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}
