import { fault, type ProtocolFault, refuseLineBreaks } from './fault.ts';
import type { Reply } from './reply.ts';

/** What STAT answered (RFC 959 §4.1.3): how things stand, or the listing of a path. */
export type Stat =
  | { readonly kind: 'status'; readonly lines: readonly string[] }
  | { readonly kind: 'listing'; readonly lines: readonly string[] };

/**
 * A reply to STAT. `path` says whether one was asked for: 211 is used for both by some servers. The lines of a
 * listing are as LIST would have sent them.
 */
export function decodeStat(reply: Reply, path: string | undefined): Stat | ProtocolFault {
  if (reply.code < 211 || reply.code > 213) return fault(`STAT was answered with ${reply.code}`);
  if (path === undefined && reply.code === 211) return { kind: 'status', lines: reply.lines };
  // A line that begins with a digit was given a space in front (RFC 959 §4.2): `04-27-00  12:09PM ...`.
  const lines = reply.lines.slice(1, -1).map((line) => line.replace(/^ (?=\d)/, ''));
  return { kind: 'listing', lines };
}

/** The reply to STAT with a path: 213 with the lines of LIST. Throws FtpLocalError on CR, LF or NUL in one. */
export function encodeStatListing(path: string, lines: readonly string[]): Reply {
  for (const line of [path, ...lines]) refuseLineBreaks(line, 'A line of a listing');
  return { code: 213, lines: [`Status of ${path}:`, ...lines, 'End of status'] };
}
