import type { Facts } from '../facts.ts';
import { harmless } from '../harmless.ts';
import type { HopSide } from '../report.ts';
import type { Case } from '../verdict.ts';

export function clientFacts({ seen }: Facts): { readonly host: string } {
  return { host: harmless(seen.host, 80) };
}

/** Where on the path a side is, for a sentence. */
export function where(side: HopSide): string {
  return {
    client: 'on this side, at or near this machine',
    middle: 'in the middle, on neither side',
    server: 'on the server’s side',
    unknown: 'somewhere on the way',
  }[side];
}

/** `PASV and EPSV`, `PASV, EPSV (both with and without TLS)`. */
export function verbsOf({ attempts }: Pick<Case, 'attempts'>): string {
  const names = [...new Set(attempts.map((attempt) => attempt.verb))];
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
