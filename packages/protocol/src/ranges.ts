import { FtpLocalError } from './errors.ts';
import { fault, type ProtocolFault } from './fault.ts';

/** Bytes `first` to `last` of a file, both included, counted from 0. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** RFC 3659 §5.3: the argument of REST, a number of bytes. */
export function decodeRest(argument: string): { readonly offset: number } | ProtocolFault {
  const offset = decodeCount(argument);
  return offset === undefined ? fault('REST needs a number of bytes') : { offset };
}

/** The argument of REST. Throws FtpLocalError unless the offset is a whole number from 0. */
export function encodeRest(offset: number): string {
  return encodeCount(offset, 'an offset');
}

/** draft-bryan-ftp-range: the argument of RANG. `1 0` takes an earlier range back: then `range` is undefined. */
export function decodeRange(argument: string): { readonly range: ByteRange | undefined } | ProtocolFault {
  const [firstText = '', lastText = '', ...more] = argument.trim().split(/ +/);
  const first = decodeCount(firstText);
  const last = decodeCount(lastText);
  if (first === undefined || last === undefined || more.length > 0)
    return fault('RANG needs two numbers of bytes');
  if (first === 1 && last === 0) return { range: undefined };
  return last < first ? fault(`the range ends at ${last}, before it begins`) : { range: { first, last } };
}

/** The argument of RANG; undefined takes an earlier range back. Throws FtpLocalError when the range is none. */
export function encodeRange(range: ByteRange | undefined): string {
  if (range === undefined) return '1 0';
  if (range.last < range.first) throw new FtpLocalError(`The range ends at ${range.last}, before it begins`);
  return `${encodeCount(range.first, 'a byte')} ${encodeCount(range.last, 'a byte')}`;
}

/** RFC 959 §4.1.3: the argument of ALLO, `<bytes> [R <record size>]`. */
export function decodeAllo(argument: string): { readonly bytes: number } | ProtocolFault {
  const [, bytesText = ''] = /^(\d{1,20})(?: R \d{1,20})?$/i.exec(argument.trim()) ?? [];
  const bytes = decodeCount(bytesText);
  return bytes === undefined ? fault('ALLO needs a number of bytes') : { bytes };
}

/** The text of a 213 reply that is one number: to SIZE (RFC 3659 §4) and to AVBL. */
export function decodeByteCount(text: string): { readonly bytes: number } | ProtocolFault {
  const [, digits = ''] = /^\s*(\d{1,20})(?:\s|$)/.exec(text) ?? [];
  const bytes = decodeCount(digits);
  return bytes === undefined ? fault('the reply is no number of bytes that can be told exactly') : { bytes };
}

function decodeCount(text: string): number | undefined {
  const count = /^\d{1,20}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(count) ? count : undefined;
}

function encodeCount(count: number, what: string): string {
  if (!Number.isSafeInteger(count) || count < 0) throw new FtpLocalError(`Not ${what}: ${count}`);
  return String(count);
}
