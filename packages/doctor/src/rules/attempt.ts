import { harmless, replyText } from '../harmless.ts';
import type { Attempt, DialObservation } from '../observations.ts';
import type { Box } from '../path.ts';
import type { HopSide } from '../report.ts';
import type { AttemptRule, Verdict } from '../verdict.ts';

/** `PASV`, `EPRT under TLS`. */
export function nameOf({ verb, secure }: Pick<Attempt, 'verb' | 'secure'>): string {
  return secure ? `${verb} under TLS` : verb;
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 995 ? 2 : 1)} s`;
}

export function place({ address, port }: { readonly address: string; readonly port: number }): string {
  const safe = harmless(address, 60);
  return safe.includes(':') ? `[${safe}]:${port}` : `${safe}:${port}`;
}

/** `PASV: 203.0.113.1:50012 did not answer for 4.0 s`. */
export function dialLine(attempt: Attempt, dial: DialObservation): string {
  const who = dial.icmpFrom === undefined ? '' : ` by ${harmless(dial.icmpFrom, 60)}`;
  const what = {
    open: `opened after ${seconds(dial.took)}`,
    refused: `was refused (a TCP reset) after ${seconds(dial.took)}`,
    rejected: `was rejected (ICMP)${who} after ${seconds(dial.took)}`,
    silent: `did not answer for ${seconds(dial.took)}`,
    failed: `could not be dialled (${harmless(dial.errno ?? 'no reason given', 40)})`,
  }[dial.how];
  return `${nameOf(attempt)}: ${place(dial.to)} ${what}`;
}

export function replyLine(attempt: Attempt, reply: { readonly code: number; readonly text: string }): string {
  return `${nameOf(attempt)}: the server answered "${replyText(reply)}"`;
}

/** The control connection went away, or its answers stopped, in the middle of the try. */
export const lost: AttemptRule = (attempt) => {
  if (attempt.lost !== undefined) {
    return verdict('control-cut', [
      `${nameOf(attempt)}: the control connection was lost: ${harmless(attempt.lost)}`,
    ]);
  }
  if (attempt.agreed === undefined) {
    return verdict('server-hangs', [`${nameOf(attempt)}: no answer to ${attempt.verb}`], 'server');
  }
  return undefined;
};

/** The reply to PASV or EPSV says yes and names no port. */
export const unreadable: AttemptRule = (attempt) => {
  const { agreed, announced } = attempt;
  if (agreed === undefined || agreed.code >= 300 || announced !== undefined) return undefined;
  return verdict('server-garbage', [replyLine(attempt, agreed)], 'server');
};

/** The words of servers that want the TLS session of the control connection. */
export const resumption = /session.{0,40}(?:re-?us|resum)|(?:re-?us|resum).{0,40}session/i;

/** The data connection is open, and then something else goes wrong. */
export const afterOpening: AttemptRule = (attempt) => {
  const { final, tls } = attempt;
  const said = final === undefined ? [] : [replyLine(attempt, final)];
  if (final !== undefined && resumption.test(final.text))
    return verdict('tls-resumption-wanted', said, 'server');
  if (tls?.how === 'failed') {
    const why = harmless(tls.error ?? 'no reason given', 100);
    return verdict(
      'tls-data-failed',
      [`${nameOf(attempt)}: TLS handshake failed: ${why}`, ...said],
      'server',
    );
  }
  if (final !== undefined && attempt.secure && final.code === 522)
    return verdict('tls-data-failed', said, 'server');
  if (said.length > 0) return verdict('transfer-failed', said, 'server');
  const got = `${nameOf(attempt)}: open, ${attempt.bytes} bytes came, and the server never said how it ended`;
  return verdict('transfer-failed', [got], 'server');
};

export function verdict(
  code: Verdict['code'],
  evidence: readonly string[],
  where: HopSide | Pick<Box, 'side' | 'distance'> = 'unknown',
): Verdict {
  if (typeof where === 'string') return { code, side: where, evidence };
  return { code, side: where.side, at: where.distance, evidence };
}
