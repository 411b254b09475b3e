import type { VerbRow } from './verb-row.ts';
import { baseVerbs } from './verbs-base.ts';
import { draftVerbs } from './verbs-drafts.ts';
import { extensionVerbs } from './verbs-extensions.ts';
import { securityVerbs } from './verbs-security.ts';
import { wordVerbs } from './verbs-words.ts';

export type { Permission, Power, VerbRow } from './verb-row.ts';

/** Every verb there is, each with its row of facts. A verb is added by adding its row. */
export const verbs: readonly VerbRow[] = [
  ...baseVerbs,
  ...extensionVerbs,
  ...securityVerbs,
  ...draftVerbs,
  ...wordVerbs,
];

const byVerb: ReadonlyMap<string, VerbRow> = new Map(verbs.map((row) => [row.verb, row]));

/** The row of a verb in upper case, `RETR` or `SITE CHMOD`. */
export function findVerb(verb: string): VerbRow | undefined {
  return byVerb.get(verb);
}

/** A command line as it may be logged: `PASS ****`. The line may be garbled or cut short; a secret never shows. */
export function redact(line: string): string {
  const match = SECRET.exec(line);
  return match === null || match[0] === line ? line : `${match[0]}****`;
}

// Not anchored to a clean verb: Telnet bytes, spaces or control characters may stand in front and behind.
const SECRET = new RegExp(
  `^[^A-Za-z]*(?:${verbs.flatMap((row) => (row.secret ? [row.verb] : [])).join('|')})(?![A-Za-z]) ?`,
  'i',
);
