import { FtpLocalError } from './errors.ts';
import { refuseLineBreaks } from './fault.ts';
import { double } from './telnet.ts';
import { encodeText } from './text.ts';

/** A reply (RFC 959 §4.2): a code and at least one line, without the code in front. */
export interface Reply {
  readonly code: number;
  readonly lines: readonly string[];
}

/** `reply(220, 'ready')`. Without a line the text is empty. */
export function reply(code: number, ...lines: string[]): Reply {
  return { code, lines: lines.length === 0 ? [''] : lines };
}

/** 1yz: another reply follows for the same command. */
export function isPreliminary(of: Reply): boolean {
  return of.code >= 100 && of.code < 200;
}

/** 2yz: done. */
export function isCompletion(of: Reply): boolean {
  return of.code >= 200 && of.code < 300;
}

/** 3yz: the next command of the sequence is wanted. */
export function isIntermediate(of: Reply): boolean {
  return of.code >= 300 && of.code < 400;
}

/** 4yz and 5yz: refused. */
export function isNegative(of: Reply): boolean {
  return of.code >= 400 && of.code < 600;
}

/**
 * A reply to bytes. Several lines stand as RFC 959 §4.2 has them: `code-first`, the inner lines as they are (one that begins with a
 * digit gets a space in front, so that none looks like the end), `code last`. Throws FtpLocalError when a line
 * contains CR, LF or NUL, or the code is not 100..659.
 */
export function encodeReply(of: Reply): Uint8Array {
  const { code, lines } = of;
  if (!Number.isInteger(code) || code < 100 || code > 659)
    throw new FtpLocalError(`Not a reply code: ${code}`);
  const quick = lines.length === 1 ? encodePlainLine(code, lines[0] as string) : undefined;
  if (quick !== undefined) return quick;
  const last = lines.length - 1;
  let text = '';
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as string;
    refuseLineBreaks(line, 'A reply line');
    if (i === last) text += `${code} ${line}\r\n`;
    else if (i === 0) text += `${code}-${line}\r\n`;
    else text += beginsWithDigit(line) ? ` ${line}\r\n` : `${line}\r\n`;
  }
  return encodeText(double(text === '' ? `${code} \r\n` : text));
}

/** Nearly every reply: one line of printable ASCII, checked and encoded in one pass. */
function encodePlainLine(code: number, line: string): Uint8Array | undefined {
  const bytes = cut(line.length + 6);
  bytes[0] = 0x30 + Math.floor(code / 100);
  bytes[1] = 0x30 + (Math.floor(code / 10) % 10);
  bytes[2] = 0x30 + (code % 10);
  bytes[3] = 0x20;
  for (let i = 0; i < line.length; i++) {
    const unit = line.charCodeAt(i);
    if (unit < 0x20 || unit > 0x7e) return undefined;
    bytes[i + 4] = unit;
  }
  bytes[line.length + 4] = 0x0d;
  bytes[line.length + 5] = 0x0a;
  return bytes;
}

const slabSize = 8192;
let slab = new ArrayBuffer(0);
let cutFrom = 0;

/** Memory of its own would cost a reply more than its text does. */
function cut(size: number): Uint8Array {
  if (size > slabSize) return new Uint8Array(size);
  if (cutFrom + size > slab.byteLength) {
    slab = new ArrayBuffer(slabSize);
    cutFrom = 0;
  }
  const bytes = new Uint8Array(slab, cutFrom, size);
  cutFrom += size;
  return bytes;
}

function beginsWithDigit(line: string): boolean {
  const unit = line.charCodeAt(0);
  return unit >= 0x30 && unit <= 0x39;
}
