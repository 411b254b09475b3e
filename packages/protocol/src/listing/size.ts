import { isDigits } from './fields.ts';

/** What a size field told: exact bytes, rounded bytes, or a number that cannot be told exactly. */
export type ToldSize =
  | { readonly kind: 'exact'; readonly bytes: number }
  | { readonly kind: 'rough'; readonly bytes: number }
  | { readonly kind: 'too-large'; readonly digits: string };

const units = 'kmgtpe';
const roughPattern = /^(\d{1,12}(?:[.,]\d{1,3})?)([kmgtpe])i?b?$/i;

/** `1234`, or `33.5k` (powers of 1024, as `ls -h` prints). */
export function toldSize(text: string): ToldSize | undefined {
  if (isDigits(text)) return exactSize(text);
  const match = roughPattern.exec(text);
  if (match === null) return undefined;
  const [, number = '', unit = ''] = match;
  const bytes = Math.round(
    Number(number.replace(',', '.')) * 1024 ** (units.indexOf(unit.toLowerCase()) + 1),
  );
  return Number.isSafeInteger(bytes) ? { kind: 'rough', bytes } : { kind: 'too-large', digits: text };
}

/** `9,730`, `1.234.567` and `1'234`: groups of three as the server's locale writes them. */
export function groupedSize(text: string): ToldSize | undefined {
  if (isDigits(text)) return exactSize(text);
  return /^\d{1,3}([.,'\u00a0\u202f\u2019]\d{3})(?:[.,'\u00a0\u202f\u2019]\d{3})*$/.test(text)
    ? exactSize(text.replace(/\D/g, ''))
    : undefined;
}

function exactSize(digits: string): ToldSize {
  const bytes = Number(digits);
  return Number.isSafeInteger(bytes) ? { kind: 'exact', bytes } : { kind: 'too-large', digits };
}
