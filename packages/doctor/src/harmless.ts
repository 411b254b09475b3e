import { printableName } from '@duoport/protocol';

const longest = 160;

/** A string of the other side, as it may stand in a report: one line, no escape codes, no change of direction, of bounded length. */
export function harmless(text: string, most = longest): string {
  // Cut first: an escape may grow, never the time it takes.
  const cut = text.length > most * 4 ? text.slice(0, most * 4) : text;
  const shown = printableName(cut.replace(/[\r\n\t]+/g, ' ').trim());
  const letters = [...shown];
  return letters.length > most ? `${letters.slice(0, most - 1).join('')}…` : shown;
}

/** A reply as a line of evidence: `227 Entering Passive Mode (…)`. */
export function replyText(reply: { readonly code: number; readonly text: string }): string {
  return harmless(`${reply.code} ${reply.text}`);
}
