/** An IP address as its bytes: 4 or 16. */
export interface Address {
  readonly family: 4 | 6;
  readonly bytes: readonly number[];
}

/** Literal addresses only: no names, no zones, no leading zeros, no shortened IPv4. */
export function parseAddress(text: string): Address | undefined {
  const four = parseFour(text);
  if (four !== undefined) return { family: 4, bytes: four };
  const six = parseSix(text);
  return six === undefined ? undefined : { family: 6, bytes: six };
}

/** IPv6 as RFC 5952 wants it: lower case, the longest run of zeros shortened. */
export function formatAddress({ family, bytes }: Address): string {
  if (family === 4) return bytes.join('.');
  const words = Array.from(
    { length: 8 },
    (_, index) => (bytes[index * 2] ?? 0) * 256 + (bytes[index * 2 + 1] ?? 0),
  );
  const hex = words.map((word) => word.toString(16));
  const run = longestZeros(words);
  if (run.length < 2) return hex.join(':');
  return `${hex.slice(0, run.start).join(':')}::${hex.slice(run.start + run.length).join(':')}`;
}

function parseFour(text: string): readonly number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.map(Number);
}

function parseSix(text: string): readonly number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2 || !text.includes(':')) return undefined;
  const [left, right] = halves.map((half) => (half === '' ? [] : wordsOf(half)));
  if (left === undefined || (halves.length === 2 && right === undefined)) return undefined;
  const missing = 16 - left.length - (right?.length ?? 0);
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined;
  return [...left, ...new Array<number>(missing).fill(0), ...(right ?? [])];
}

/** Bytes of `2001:db8:0:1`, whose last part may be written as IPv4 (RFC 4291 §2.2). */
function wordsOf(half: string): number[] | undefined {
  const bytes: number[] = [];
  const parts = half.split(':');
  for (const [index, part] of parts.entries()) {
    const four = index === parts.length - 1 ? parseFour(part) : undefined;
    if (four !== undefined) bytes.push(...four);
    else if (/^[0-9a-fA-F]{1,4}$/.test(part))
      bytes.push(Number.parseInt(part, 16) >> 8, Number.parseInt(part, 16) & 255);
    else return undefined;
  }
  return bytes;
}

function longestZeros(words: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < words.length; start += 1) {
    let length = 0;
    while (words[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
  }
  return best;
}
