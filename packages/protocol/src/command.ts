import { FtpLocalError } from './errors.ts';
import { fault, type ProtocolFault, refuseLineBreaks } from './fault.ts';
import type { Quirk } from './quirks.ts';
import { double } from './telnet.ts';
import { encodeText } from './text.ts';

/** One command line (RFC 959 §5.3). */
export interface Command {
  /** Upper case. */
  readonly verb: string;
  /** All behind the one space, spaces included: a file name may begin or end with one. */
  readonly argument: string | undefined;
  readonly quirks: readonly Quirk[];
}

const NO_QUIRKS: readonly Quirk[] = [];
/** The longest verb in use is XSHA256; a longer word is another protocol or noise. */
const VERB_LENGTH = 12;

/** A line without its end to a command, or a fault in words. */
export function decodeCommand(text: string): Command | ProtocolFault {
  let start = 0;
  while (text.charCodeAt(start) === 0x20) start++;
  let end = start;
  while (isVerbUnit(text.charCodeAt(end), end === start)) end++;
  for (let i = end; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0) return fault('NUL in the command line');
    if (unit === 13) return fault('CR inside the command line');
  }
  if (end === text.length && end === start) return fault('empty command line');
  if (end === start || end - start > VERB_LENGTH) return fault('the line does not begin with a verb');
  if (end < text.length && text.charCodeAt(end) !== 0x20) return fault('the verb is not followed by a space');
  const verb = text.slice(start, end).toUpperCase();
  const argument = end + 1 < text.length ? text.slice(end + 1) : undefined;
  const lone = argument === undefined && end < text.length;
  const quirks: readonly Quirk[] =
    start === 0 && !lone
      ? NO_QUIRKS
      : [...(start > 0 ? (['leading-space'] as const) : []), ...(lone ? (['trailing-space'] as const) : [])];
  return { verb, argument, quirks };
}

/**
 * A command to the bytes of its line, CRLF included, bytes 255 doubled (RFC 854). Throws FtpLocalError when the verb is none, or
 * when CR, LF or NUL stands in the argument: it would be read as a second command.
 */
export function encodeCommand(verb: string, argument?: string): Uint8Array {
  if (!/^[A-Za-z][A-Za-z0-9]{0,11}$/.test(verb))
    throw new FtpLocalError(`Not a verb: ${JSON.stringify(verb)}`);
  if (argument === undefined) return encodeText(`${verb}\r\n`);
  refuseLineBreaks(argument, `The argument of ${verb}`);
  return encodeText(`${verb} ${double(argument)}\r\n`);
}

function isVerbUnit(unit: number, first: boolean): boolean {
  const letter = unit | 0x20;
  return (letter >= 0x61 && letter <= 0x7a) || (!first && unit >= 0x30 && unit <= 0x39);
}
