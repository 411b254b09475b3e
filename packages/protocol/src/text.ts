/**
 * Names on the wire are bytes; in the program they are strings. The mapping loses nothing: valid UTF-8 becomes the
 * text it stands for, and each byte that is not part of valid UTF-8 becomes one lone surrogate, U+DC80 for 0x80 up
 * to U+DCFF for 0xFF (as Python's `surrogateescape`). A name in Latin-1 or GBK can so be listed, fetched and deleted
 * although nobody knows its encoding, and what is ASCII in a string was ASCII on the wire: an escape can never turn
 * into CR, LF, NUL or `/`.
 */

const ESCAPE = 0xdc00;
const REPLACEMENT = 0xfffd;
/** Code units handed to `String.fromCharCode` at once: well below every engine's limit on arguments. */
const BLOCK = 4096;

/** Bytes to text, without loss: `encodeText(decodeText(b))` equals `b` for every `b`. */
export function decodeText(bytes: Uint8Array): string {
  let bits = 0;
  for (let i = 0; i < bytes.length; i++) bits |= bytes[i] as number;
  return bits < 0x80 ? fromUnits(bytes) : decodeUtf8(bytes);
}

/**
 * Text to bytes: UTF-8, with escaped bytes put back as they came. A lone surrogate that is no escape stands for
 * nothing that could be sent and becomes U+FFFD, as in every encoder of the platform.
 */
export function encodeText(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) return encodeUtf8(text);
    bytes[i] = unit;
  }
  return bytes;
}

/** True when the text carries escaped bytes, so that it is not plain Unicode and must not be shown as such. */
export function isRawText(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    if (pairAt(text, i)) i++;
    else if (isEscape(unit)) return true;
  }
  return false;
}

function isEscape(unit: number): boolean {
  return unit >= 0xdc80 && unit <= 0xdcff;
}

function pairAt(text: string, at: number): boolean {
  const high = text.charCodeAt(at);
  const low = text.charCodeAt(at + 1);
  return high >= 0xd800 && high <= 0xdbff && low >= 0xdc00 && low <= 0xdfff;
}

function fromUnits(units: Uint8Array | Uint16Array): string {
  if (units.length <= BLOCK) return String.fromCharCode.apply(null, units as unknown as number[]);
  let text = '';
  for (let at = 0; at < units.length; at += BLOCK) {
    text += String.fromCharCode.apply(null, units.subarray(at, at + BLOCK) as unknown as number[]);
  }
  return text;
}

function decodeUtf8(bytes: Uint8Array): string {
  const units = new Uint16Array(bytes.length); // UTF-16 never needs more units than UTF-8 needs bytes
  let count = 0;
  for (let i = 0; i < bytes.length; ) {
    const first = bytes[i] as number;
    const length = first < 0x80 ? 1 : sequenceLength(bytes, i);
    if (length === 0) {
      units[count++] = ESCAPE | first;
      i++;
      continue;
    }
    const point = length === 1 ? first : codePoint(bytes, i, length);
    if (point > 0xffff) {
      units[count++] = 0xd7c0 + (point >> 10);
      units[count++] = 0xdc00 | (point & 0x3ff);
    } else units[count++] = point;
    i += length;
  }
  return fromUnits(units.subarray(0, count));
}

/** Length of the valid UTF-8 sequence at `at` (RFC 3629 §4: no overlong form, no surrogate, nothing past U+10FFFF), else 0. */
function sequenceLength(bytes: Uint8Array, at: number): 0 | 2 | 3 | 4 {
  const first = bytes[at] as number;
  if (first < 0xc2 || first > 0xf4) return 0;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (at + length > bytes.length) return 0;
  const second = bytes[at + 1] as number;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let i = 2; i < length; i++) if (((bytes[at + i] as number) & 0xc0) !== 0x80) return 0;
  return length;
}

function codePoint(bytes: Uint8Array, at: number, length: 2 | 3 | 4): number {
  let point = (bytes[at] as number) & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) point = (point << 6) | ((bytes[at + i] as number) & 0x3f);
  return point;
}

function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    let point = text.charCodeAt(i);
    if (point < 0x80) {
      bytes[count++] = point;
      continue;
    }
    if (point >= 0xd800 && point <= 0xdfff) {
      if (pairAt(text, i)) point = text.codePointAt(i++) as number;
      else if (isEscape(point)) {
        bytes[count++] = point & 0xff;
        continue;
      } else point = REPLACEMENT;
    }
    count = putPoint(bytes, count, point);
  }
  return bytes.slice(0, count);
}

function putPoint(bytes: Uint8Array, at: number, point: number): number {
  let count = at;
  if (point < 0x800) bytes[count++] = 0xc0 | (point >> 6);
  else {
    if (point < 0x10000) bytes[count++] = 0xe0 | (point >> 12);
    else {
      bytes[count++] = 0xf0 | (point >> 18);
      bytes[count++] = 0x80 | ((point >> 12) & 0x3f);
    }
    bytes[count++] = 0x80 | ((point >> 6) & 0x3f);
  }
  bytes[count++] = 0x80 | (point & 0x3f);
  return count;
}
