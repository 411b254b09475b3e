import { FtpLocalError } from './errors.ts';
import { fault, type ProtocolFault, refuseLineBreaks } from './fault.ts';
import { quote } from './quote.ts';
import type { ByteRange } from './ranges.ts';
import type { Reply } from './reply.ts';

/** What a server tells of the content of a file. */
export interface Checksum {
  /** As HASH names it: `SHA-256`. */
  readonly algorithm: string;
  /** Hexadecimal, lower case. */
  readonly digest: string;
  /** Which bytes were hashed. */
  readonly range: ByteRange;
  readonly path: string;
}

/** The argument of XCRC, XMD5 and their kin: a name, in quotes where a part of the file is named behind it. */
export interface ChecksumArgument {
  readonly path: string;
  /** First byte, from 0. */
  readonly start?: number;
  /** First byte that does not count any more. */
  readonly end?: number;
}

/** draft-bryan-ftpext-hash: `213 SHA-256 0-49 6d0a... name`. An empty file is told as `0-0`. */
export function decodeHash(reply: Reply): Checksum | ProtocolFault {
  const match = /^(\S{1,32}) (\d{1,15})-(\d{1,15}) ([0-9a-f]{8,128}) (.+)$/is.exec(reply.lines[0] ?? '');
  if (match === null) return fault('the reply to HASH has not the form of its draft');
  const [, algorithm = '', first, last, digest = '', path = ''] = match;
  const range = { first: Number(first), last: Number(last) };
  return { algorithm: algorithm.toUpperCase(), digest: digest.toLowerCase(), range, path };
}

/** The reply to HASH. Throws FtpLocalError when the digest is none, or on CR, LF or NUL in the path. */
export function encodeHash(checksum: Checksum): Reply {
  const { algorithm, digest, range, path } = checksum;
  if (!/^[0-9a-f]{8,128}$/.test(digest)) throw new FtpLocalError('Not a digest in hexadecimal');
  refuseLineBreaks(path, 'A path');
  return { code: 213, lines: [`${algorithm} ${range.first}-${range.last} ${digest} ${path}`] };
}

/**
 * The digest in a reply to HASH, MD5, XCRC or their kin: the word with as many hexadecimal digits as the algorithm
 * has. What stands around it differs from server to server.
 */
export function findDigest(reply: Reply, digits: number): { readonly digest: string } | ProtocolFault {
  const words = reply.lines.flatMap((line) => line.split(/[\s"=]+/));
  const digest = words.find((word) => word.length === digits && /^[0-9a-f]+$/i.test(word));
  return digest === undefined
    ? fault(`no digest of ${digits} digits in the reply`)
    : { digest: digest.toLowerCase() };
}

/** Without quotes all is the name, blanks and numbers included. */
export function decodeChecksumArgument(argument: string): ChecksumArgument | ProtocolFault {
  if (!argument.startsWith('"')) return { path: argument };
  const match = /^"((?:[^"]|"")+)"(?: +(\d{1,15})(?: +(\d{1,15}))?)? *$/s.exec(argument);
  if (match === null) return fault('a name in quotes, a start and an end are expected');
  const [, name = '', start, end] = match;
  if (start !== undefined && end !== undefined && Number(end) < Number(start))
    return fault('the end lies before the start');
  return {
    path: name.replaceAll('""', '"'),
    ...(start === undefined ? {} : { start: Number(start) }),
    ...(end === undefined ? {} : { end: Number(end) }),
  };
}

/** The counterpart. Throws FtpLocalError on an end without a start, or a start or end that is no number of bytes. */
export function encodeChecksumArgument(of: ChecksumArgument): string {
  refuseLineBreaks(of.path, 'A path');
  const numbers = [of.start, of.end].filter((number) => number !== undefined);
  if (numbers.some((number) => !Number.isSafeInteger(number) || number < 0))
    throw new FtpLocalError('Not a byte');
  if (of.end !== undefined && of.start === undefined) throw new FtpLocalError('An end needs a start');
  if (numbers.length === 0 && !of.path.startsWith('"')) return of.path;
  return [quote(of.path), ...numbers].join(' ');
}
