import { refuseLineBreaks } from './fault.ts';
import type { Quirk } from './quirks.ts';
import type { Reply } from './reply.ts';

/** What a server says it can: the first word of each FEAT line in upper case, with what stood behind it. */
export interface Features {
  readonly lines: ReadonlyMap<string, readonly string[]>;
  readonly quirks: readonly Quirk[];
}

/** A 211 reply to FEAT (RFC 2389 §3.2). Lines that are no feature, as some servers add, do no harm. */
export function decodeFeat(reply: Reply): Features {
  const lines = new Map<string, string[]>();
  const quirks = new Set<Quirk>();
  for (const line of reply.lines.slice(1, -1)) {
    const text = line.trim();
    if (text === '') continue;
    if (line.charAt(0) !== ' ' || line.charAt(1) === ' ') quirks.add('feat-indent');
    const [word = '', ...rest] = text.split(/\s+/);
    const name = word.toUpperCase();
    const known = lines.get(name);
    if (known === undefined) lines.set(name, [rest.join(' ')]);
    else known.push(rest.join(' '));
  }
  return { lines, quirks: [...quirks] };
}

/** `hasFeature(features, 'EPSV')`, or with one word of its parameters: `hasFeature(features, 'AUTH TLS')`. */
export function hasFeature(features: Features, feature: string): boolean {
  const [name = '', ...words] = feature.toUpperCase().split(' ');
  const parameters = features.lines.get(name);
  if (parameters === undefined) return false;
  const said = new Set(parameters.flatMap((text) => text.toUpperCase().split(/[\s;,*]+/)));
  return words.every((word) => said.has(word));
}

/** The parameters of a feature split at `;`, a `*` marking what is in use: `MLST type*;size;` (RFC 3659 §7.8). */
export function featureList(
  features: Features,
  name: string,
): readonly { readonly name: string; readonly inUse: boolean }[] {
  const parameters = features.lines.get(name.toUpperCase()) ?? [];
  return parameters
    .flatMap((text) => text.split(/[;,]/))
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => ({ name: part.replace(/\*$/, ''), inUse: part.endsWith('*') }));
}

/** The reply to FEAT. Throws FtpLocalError on CR, LF or NUL in a line. */
export function encodeFeat(lines: readonly string[]): Reply {
  for (const line of lines) refuseLineBreaks(line, 'A FEAT line');
  if (lines.length === 0) return { code: 211, lines: ['No features'] };
  return { code: 211, lines: ['Features:', ...lines.map((line) => ` ${line}`), 'End'] };
}
