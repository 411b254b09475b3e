import { type Endpoint, endpoint } from './endpoint.ts';
import { FtpLocalError } from './errors.ts';
import { fault, isFault, type ProtocolFault } from './fault.ts';
import type { Quirk } from './quirks.ts';
import type { Reply } from './reply.ts';

/** An endpoint with what was odd about the way it was written. */
export interface DecodedEndpoint {
  readonly endpoint: Endpoint;
  readonly quirks: readonly Quirk[];
}

const NUMBERS =
  /^(\s*)(\d{1,16})(\s*),(\s*)(\d{1,16})(\s*),(\s*)(\d{1,16})(\s*),(\s*)(\d{1,16})(\s*),(\s*)(\d{1,16})(\s*),(\s*)(\d{1,16})/;

const SIX_NUMBERS = /(?<![\d.,-])\d{1,16}(?:\s*,\s*\d{1,16}){5}/;

/** RFC 959 §4.1.2: the argument of PORT, `h1,h2,h3,h4,p1,p2`, six decimal numbers 0..255, high order first. */
export function decodePort(argument: string): DecodedEndpoint | ProtocolFault {
  const numbers = decodeNumbers(argument);
  if (isFault(numbers)) return numbers;
  if (argument.slice(numbers.length).trim() !== '') return fault('text behind the six numbers of PORT');
  return { endpoint: numbers.endpoint, quirks: numbers.quirks };
}

/** The argument of PORT. Throws FtpLocalError unless the endpoint is IPv4 with a port 1..65535. */
export function encodePort(of: Endpoint): string {
  if (of.family !== 4)
    throw new FtpLocalError(`PORT can only say an IPv4 address, not ${of.address}: use EPRT`);
  if (!Number.isInteger(of.port) || of.port < 1 || of.port > 65_535) {
    throw new FtpLocalError(`Not a port to listen on: ${of.port}`);
  }
  const { address } = endpoint(of.address, of.port);
  return `${address.replaceAll('.', ',')},${of.port >> 8},${of.port & 0xff}`;
}

/**
 * The text of a 227 reply. RFC 1123 §4.1.2.6: the parentheses cannot be relied on, so a client looks for the first
 * digit; here for the first six numbers in a row, so that a digit in the text before them does no harm.
 */
export function decodePasv(text: string): DecodedEndpoint | ProtocolFault {
  const at = text.search(SIX_NUMBERS);
  if (at < 0) return fault('a 227 reply without six numbers');
  const numbers = decodeNumbers(text.slice(at));
  if (isFault(numbers)) return fault(`a 227 reply: ${numbers.fault}`);
  const quirks = [...numbers.quirks];
  const opened = text.charAt(at - 1) === '(';
  if (!opened) quirks.push('no-parentheses');
  else if (text !== encodePasv(numbers.endpoint) && numbers.quirks.length === 0) quirks.push('unusual-text');
  return { endpoint: numbers.endpoint, quirks };
}

/**
 * The text of a 227 reply, to the letter: NAT helpers and old clients look for exactly this. Throws FtpLocalError
 * unless the endpoint is IPv4 with a port 1..65535.
 */
export function encodePasv(of: Endpoint): string {
  return `Entering Passive Mode (${encodePort(of)}).`;
}

/** PASV answered for this endpoint. */
export function passiveReply(of: Endpoint): Reply {
  return { code: 227, lines: [encodePasv(of)] };
}

function decodeNumbers(text: string): (DecodedEndpoint & { readonly length: number }) | ProtocolFault {
  const match = NUMBERS.exec(text);
  if (match === null || /^\s*[\d.]/.test(text.slice(match[0].length))) return fault('not six numbers');
  const digits = [2, 5, 8, 11, 14, 17].map((group) => match[group] ?? '');
  const numbers = digits.map(Number);
  if (numbers.some((number) => number > 255)) return fault('a number of the address is over 255');
  const [h1 = 0, h2 = 0, h3 = 0, h4 = 0, p1 = 0, p2 = 0] = numbers;
  const port = p1 * 256 + p2;
  if (port === 0) return fault('port 0');
  const quirks: Quirk[] = [];
  if (/\s/.test(match[0])) quirks.push('spaces-in-numbers');
  if (digits.some((digit) => digit.length > 1 && digit.startsWith('0'))) quirks.push('leading-zeros');
  return {
    endpoint: { address: `${h1}.${h2}.${h3}.${h4}`, port, family: 4 },
    quirks,
    length: match[0].length,
  };
}
