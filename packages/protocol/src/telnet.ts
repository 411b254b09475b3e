import type { Quirk } from './quirks.ts';

/**
 * The control connection is a Telnet connection (RFC 959 §3.3, RFC 854), and clients use two things of Telnet: the
 * Synch before ABOR, and the doubling of a data byte 255.
 *
 * The Synch is sent as urgent data. The kernel takes the urgent byte out of the stream, so that of IAC IP IAC DM any
 * one byte may be missing: a lone IAC, or a DM without its IAC, is what remains.
 *
 * Names from clients that know nothing of Telnet carry single bytes 255 (`я` in CP1251, `ÿ` in Latin-1), often with a
 * byte behind that would make a Telnet command. So Telnet commands are taken out only before and inside the verb,
 * which is ASCII and where the RFCs have them. Behind the first space two bytes 255 are one, and a single one is data.
 *
 * Works on decoded text: a byte 255 is never part of UTF-8 and stands as U+DCFF.
 */

const IAC = '\udcff';
const DOUBLED = IAC + IAC;
const IP = 0xf4;
const DM = 0xf2;
const WILL = 0xfb;
const DONT = 0xfe;

/** A line with its Telnet bytes taken out. `urgent`: a Synch, or what was left of one, stood there. */
export function removeTelnet(line: string): {
  readonly text: string;
  readonly urgent: boolean;
  readonly quirks: readonly Quirk[];
} {
  const space = line.indexOf(' ');
  const verbEnd = space < 0 ? line.length : space;
  const verb = cleanVerb(line.slice(0, verbEnd));
  const rest = line.slice(verbEnd);
  const single = rest.split(DOUBLED).some((part) => part.includes(IAC));
  return {
    text: verb.text + undouble(rest),
    urgent: verb.urgent,
    quirks: single ? ['single-iac'] : [],
  };
}

/** IAC IAC is one data byte 255 (RFC 854). */
export function undouble(text: string): string {
  return text.includes(DOUBLED) ? text.replaceAll(DOUBLED, IAC) : text;
}

/** A data byte 255 is sent twice (RFC 854). */
export function double(text: string): string {
  return text.includes(IAC) ? text.replaceAll(IAC, DOUBLED) : text;
}

function cleanVerb(verb: string): { text: string; urgent: boolean } {
  let text = '';
  let urgent = false;
  for (let i = 0; i < verb.length; i++) {
    const byte = escapedByte(verb, i);
    if (byte === 0xff) {
      const command = escapedByte(verb, i + 1);
      if (command === undefined || command === 0xff || command < 0xf0) urgent = true;
      else {
        if (command === IP || command === DM) urgent = true;
        i += command >= WILL && command <= DONT ? 2 : 1;
      }
    } else if (text === '' && (byte === IP || byte === DM)) urgent = true;
    else text += verb.charAt(i);
  }
  return { text, urgent };
}

function escapedByte(text: string, at: number): number | undefined {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc80 && unit <= 0xdcff ? unit & 0xff : undefined;
}
