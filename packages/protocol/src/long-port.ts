import { formatAddress, parseAddress } from './address.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { FtpLocalError } from './errors.ts';
import type { EprtFault } from './extended-port.ts';
import { isFault, type ProtocolFault } from './fault.ts';
import type { DecodedEndpoint } from './host-port.ts';
import type { Quirk } from './quirks.ts';
import type { Reply } from './reply.ts';

/**
 * RFC 1639: `LPRT af,hal,h1,...,pal,p1,...`. The address family is the IP version, 4 or 6; then come the length of the
 * address and its bytes, the length of the port and its bytes. Another family is `reason: 'protocol'`, to be answered
 * 521 with the list of those supported.
 */
export function decodeLprt(argument: string): DecodedEndpoint | EprtFault {
  const text = argument.trim();
  if (!/^\d{1,6}(?:\s*,\s*\d{1,6}){2,40}$/.test(text)) return syntax('not a row of numbers');
  const digits = text.split(',').map((part) => part.trim());
  const numbers = digits.map(Number);
  if (numbers.some((number) => number > 255)) return syntax('a number is over 255');
  const [family = 0, length = 0] = numbers;
  if (family !== 4 && family !== 6) return { fault: `address family ${family}`, reason: 'protocol' };
  if (length !== (family === 4 ? 4 : 16)) return syntax('the length of the address does not fit its family');
  const portAt = 2 + length;
  if (numbers[portAt] !== 2 || numbers.length !== portAt + 3) return syntax('the port has not two bytes');
  const port = (numbers[portAt + 1] ?? 0) * 256 + (numbers[portAt + 2] ?? 0);
  if (port === 0) return syntax('port 0');
  const quirks: Quirk[] = [];
  if (/\s/.test(text)) quirks.push('spaces-in-numbers');
  if (digits.some((digit) => digit.length > 1 && digit.startsWith('0'))) quirks.push('leading-zeros');
  const address = formatAddress(Uint8Array.from(numbers.slice(2, portAt)));
  return { endpoint: endpoint(address, port), quirks };
}

/** The argument of LPRT. Throws FtpLocalError on a zone or a port outside 1..65535. */
export function encodeLprt(of: Endpoint): string {
  const bytes = parseAddress(of.address);
  if (bytes === undefined) throw new FtpLocalError(`Not an address for another host: ${of.address}`);
  if (!Number.isInteger(of.port) || of.port < 1 || of.port > 65_535) {
    throw new FtpLocalError(`Not a port to listen on: ${of.port}`);
  }
  return [bytes.length === 4 ? 4 : 6, bytes.length, ...bytes, 2, of.port >> 8, of.port & 0xff].join(',');
}

/** The text of a 228 reply, `Entering Long Passive Mode (4,4,a1,...)`; the numbers begin at the first digit. */
export function decodeLpsv(text: string): DecodedEndpoint | ProtocolFault {
  const numbers = /\d[\d,\s]*/.exec(text);
  if (numbers === null) return { fault: 'a 228 reply without numbers' };
  const decoded = decodeLprt(numbers[0]);
  if (isFault(decoded)) return { fault: `a 228 reply: ${decoded.fault}` };
  const usual = text.startsWith(`Entering Long Passive Mode (`) && text.charAt(numbers.index - 1) === '(';
  return usual ? decoded : { ...decoded, quirks: [...decoded.quirks, 'unusual-text'] };
}

/** The text of a 228 reply. Throws FtpLocalError on a zone or a port outside 1..65535. */
export function encodeLpsv(of: Endpoint): string {
  return `Entering Long Passive Mode (${encodeLprt(of)})`;
}

/** LPSV answered for this endpoint. */
export function longPassiveReply(of: Endpoint): Reply {
  return { code: 228, lines: [encodeLpsv(of)] };
}

function syntax(fault: string): EprtFault {
  return { fault, reason: 'syntax' };
}
