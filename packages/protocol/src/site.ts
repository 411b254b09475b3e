import { FtpLocalError } from './errors.ts';
import { fault, isFault, type ProtocolFault, refuseLineBreaks } from './fault.ts';
import { decodeTimedPath, type TimedPath } from './modify-facts.ts';
import { quote } from './quote.ts';
import { decodeTime } from './time.ts';

/** `SITE CHMOD 644 name`: the twelve permission bits, in octal. */
export function decodeChmod(
  argument: string,
): { readonly mode: number; readonly path: string } | ProtocolFault {
  const [, digits = '', path = ''] = /^([0-7]{1,4}) (.+)$/s.exec(argument) ?? [];
  return path === ''
    ? fault('an octal mode, a space and a path are expected')
    : { mode: Number.parseInt(digits, 8), path };
}

/** The counterpart. Throws FtpLocalError on a mode outside 0..7777 octal, or on CR, LF or NUL in the path. */
export function encodeChmod(mode: number, path: string): string {
  if (!Number.isInteger(mode) || mode < 0 || mode > 0o7777) throw new FtpLocalError(`Not a mode: ${mode}`);
  refuseLineBreaks(path, 'A path');
  return `${mode.toString(8).padStart(3, '0')} ${path}`;
}

/** `SITE UTIME 20260102030405 name`, or `name atime mtime ctime UTC` with three such times, of which the second counts. */
export function decodeUtime(argument: string): TimedPath | ProtocolFault {
  const long = /^(.+) (\d{12,14}) (\d{12,14}) (\d{12,14}) UTC$/is.exec(argument);
  if (long === null) return decodeTimedPath(argument);
  const time = decodeTime(long[3] ?? '');
  return isFault(time) ? time : { time: time.time, path: long[1] ?? '' };
}

/**
 * `SITE SYMLINK target name`. Neither may hold a blank unless it stands in quotes, quotes inside doubled: of two names
 * with blanks nobody could tell where the first ends.
 */
export function decodeSymlink(
  argument: string,
): { readonly target: string; readonly path: string } | ProtocolFault {
  const match = /^("(?:[^"]|"")+"|[^" ]+) ("(?:[^"]|"")+"|[^" ]+)$/s.exec(argument);
  const [, target = '', path = ''] = match ?? [];
  return match === null
    ? fault('a target and a path, with blanks only in quotes')
    : { target: unquote(target), path: unquote(path) };
}

/** The counterpart. Throws FtpLocalError on an empty name or on CR, LF or NUL. */
export function encodeSymlink(target: string, path: string): string {
  for (const name of [target, path]) {
    if (name === '') throw new FtpLocalError('SITE SYMLINK needs a target and a path');
    refuseLineBreaks(name, 'A path');
  }
  return [target, path].map((name) => (/[ "]/.test(name) ? quote(name) : name)).join(' ');
}

/** `SITE MKDIR name`, with `-p` in front its parents too. */
export function decodeMakeDirectory(
  argument: string,
): { readonly parents: boolean; readonly path: string } | ProtocolFault {
  const parents = argument.startsWith('-p ');
  const path = parents ? argument.slice(3) : argument;
  return path === '' ? fault('a path is expected') : { parents, path };
}

function unquote(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
