import { parseAddress } from './address.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { FtpLocalError } from './errors.ts';
import { fault, isFault, type ProtocolFault } from './fault.ts';
import type { DecodedEndpoint } from './host-port.ts';
import type { Quirk } from './quirks.ts';
import type { Reply } from './reply.ts';

/** The address families of RFC 2428 §2, by their number: 1 is IPv4, 2 is IPv6. */
export type NetworkProtocol = 1 | 2;

/** A 229 reply. `address` is missing, as RFC 2428 §3 wants it: the peer of the control connection is meant. */
export interface DecodedEpsv {
  readonly port: number;
  readonly address?: string;
  readonly quirks: readonly Quirk[];
}

/** Why an EPRT was refused: `protocol` is a family nobody knows, to be answered 522 (RFC 2428 §2). */
export interface EprtFault extends ProtocolFault {
  readonly reason: 'syntax' | 'protocol';
}

/** RFC 2428 §2: `EPRT |1|132.235.1.2|6275|`, any delimiter of ASCII 33..126. */
export function decodeEprt(argument: string): DecodedEndpoint | EprtFault {
  const delimiter = argument.charAt(0);
  if (!isDelimiter(delimiter)) return syntax('EPRT does not begin with a delimiter');
  const [, protocol = '', address = '', portText, end, ...more] = argument.trimEnd().split(delimiter);
  if (portText === undefined || more.length > 0 || (end ?? '') !== '')
    return syntax('EPRT has not three fields');
  const port = decodePortNumber(portText);
  if (isFault(port)) return syntax(port.fault);
  if (!/^\d{1,5}$/.test(protocol)) return syntax('the network protocol of EPRT is no number');
  if (protocol !== '1' && protocol !== '2')
    return { fault: `network protocol ${protocol}`, reason: 'protocol' };
  if (address.includes('%')) return syntax('an address with a zone means nothing on another host');
  // Asked by colon, not by what parseAddress makes of it: ::ffff:192.0.2.1 is written as IPv6 and means IPv4.
  if (parseAddress(address) === undefined || address.includes(':') !== (protocol === '2')) {
    return syntax('the address of EPRT does not fit its network protocol');
  }
  const quirks: Quirk[] = [];
  if (delimiter !== '|') quirks.push('unusual-delimiter');
  if (end === undefined) quirks.push('missing-delimiter');
  return { endpoint: endpoint(address, port), quirks };
}

/** The argument of EPRT, delimiter `|`. Throws FtpLocalError on a zone or a port outside 1..65535. */
export function encodeEprt(of: Endpoint): string {
  if (of.address.includes('%'))
    throw new FtpLocalError(`The zone of ${of.address} means nothing on another host`);
  checkPort(of.port);
  const { address, family, port } = endpoint(of.address, of.port);
  return `|${family === 4 ? 1 : 2}|${address}|${port}|`;
}

/**
 * The text of a 229 reply, `Entering Extended Passive Mode (|||6446|)`; any delimiter (IBM i sends `!`). Some servers put
 * an address into the second field; it is handed out with a quirk, and following it is a policy.
 */
export function decodeEpsv(text: string): DecodedEpsv | ProtocolFault {
  const match = /\(([!-~])(\d{0,3})\1([^()]{0,64}?)\1(\d{1,8})(\1?)\)?/.exec(text) ?? bare(text);
  if (match === null) return fault('a 229 reply without (|||port|)');
  const [, delimiter = '', , address = '', portText = '', end = ''] = match;
  if (!isDelimiter(delimiter)) return fault('the delimiter of a 229 reply is a digit');
  const port = decodePortNumber(portText);
  if (isFault(port)) return fault(`a 229 reply: ${port.fault}`);
  const quirks: Quirk[] = [];
  if (delimiter !== '|') quirks.push('unusual-delimiter');
  if (end === '') quirks.push('missing-delimiter');
  const after = text.slice(match.index + match[0].length);
  if (!match[0].startsWith('(')) quirks.push('no-parentheses');
  else if (
    quirks.length === 0 &&
    (!text.startsWith('Entering Extended Passive Mode (') || !/^\.?$/.test(after))
  ) {
    quirks.push('unusual-text');
  }
  if (address === '') return { port, quirks };
  if (parseAddress(address) === undefined) return fault('the address of a 229 reply is none');
  return { port, address: endpoint(address, port).address, quirks: [...quirks, 'address-in-229'] };
}

/** The text of a 229 reply, to the letter of RFC 2428 §3. Throws FtpLocalError on a port outside 1..65535. */
export function encodeEpsv(port: number): string {
  checkPort(port);
  return `Entering Extended Passive Mode (|||${port}|)`;
}

/** EPSV answered for this port. */
export function extendedPassiveReply(port: number): Reply {
  return { code: 229, lines: [encodeEpsv(port)] };
}

/** The argument of EPSV: nothing, a network protocol, or ALL (RFC 2428 §3). Another number answers 522. */
export function decodeEpsvArgument(
  argument: string | undefined,
): { readonly want: 'any' | 'all' | NetworkProtocol } | EprtFault {
  if (argument === undefined) return { want: 'any' };
  const word = argument.trim().toUpperCase();
  if (word === 'ALL') return { want: 'all' };
  if (word === '1') return { want: 1 };
  if (word === '2') return { want: 2 };
  return /^\d{1,5}$/.test(word)
    ? { fault: `network protocol ${word}`, reason: 'protocol' }
    : syntax('EPSV takes 1, 2 or ALL');
}

/** The families that a 522 reply offers, `Network protocol not supported, use (1,2)` (RFC 2428 §2). */
export function decodeProtocols(text: string): readonly NetworkProtocol[] | ProtocolFault {
  const list = /\(\s*(\d{1,5}(?:\s*,\s*\d{1,5}){0,15})\s*\)/.exec(text)?.[1];
  if (list === undefined) return fault('a 522 reply without a list of protocols');
  const known = list
    .split(',')
    .map(Number)
    .filter((number) => number === 1 || number === 2);
  return [...new Set(known)];
}

/** The text of a 522 reply. Throws FtpLocalError on an empty list: then there is nothing to use. */
export function encodeProtocols(protocols: readonly NetworkProtocol[]): string {
  if (protocols.length === 0) throw new FtpLocalError('A 522 reply needs a protocol to offer');
  return `Network protocol not supported, use (${protocols.join(',')})`;
}

/** Without parentheses the three delimiters in a row still tell. */
function bare(text: string): RegExpExecArray | null {
  return /([!-/:-@[-`{-~])()\1()\1(\d{1,8})(\1?)/.exec(text);
}

function isDelimiter(character: string): boolean {
  const unit = character.charCodeAt(0);
  return unit >= 33 && unit <= 126 && !(unit >= 48 && unit <= 57);
}

function decodePortNumber(text: string): number | ProtocolFault {
  if (!/^\d{1,8}$/.test(text)) return fault('the port is no number');
  const port = Number(text);
  return port >= 1 && port <= 65_535 ? port : fault(`port ${port}`);
}

function checkPort(port: number): void {
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new FtpLocalError(`Not a port to listen on: ${port}`);
}

function syntax(text: string): EprtFault {
  return { fault: text, reason: 'syntax' };
}
