import { formatAddress, parseAddress } from './address.ts';
import { FtpLocalError } from './errors.ts';
import { fault, type ProtocolFault } from './fault.ts';

/**
 * RFC 7151 §3.1: the argument of HOST is a host name, an IPv4 address, or an IPv6 address in brackets; no port. Names come
 * out in lower case and without the dot of the root, addresses in their normal form.
 */
export function decodeHost(argument: string): { readonly host: string } | ProtocolFault {
  const bracketed = /^\[([^\]]*)\]$/.exec(argument);
  const address = parseAddress(bracketed?.[1] ?? argument);
  if (bracketed !== null)
    return address === undefined
      ? fault('no IPv6 address in the brackets')
      : { host: formatAddress(address) };
  if (address !== undefined) {
    return argument.includes(':')
      ? fault('an IPv6 address stands in brackets')
      : { host: formatAddress(address) };
  }
  const name = argument.toLowerCase().replace(/\.$/, '');
  return isHostName(name) ? { host: name } : fault('not a host name');
}

/** The counterpart. Throws FtpLocalError when the host is neither a name nor an address. */
export function encodeHost(host: string): string {
  const address = parseAddress(host);
  if (address !== undefined)
    return address.length === 16 ? `[${formatAddress(address)}]` : formatAddress(address);
  const name = host.toLowerCase().replace(/\.$/, '');
  if (!isHostName(name)) throw new FtpLocalError(`Not a host name: ${JSON.stringify(host)}`);
  return name;
}

function isHostName(name: string): boolean {
  if (name.length === 0 || name.length > 253) return false;
  // A last label of digits would be an address gone wrong. Underscores are no host name, but they are in use.
  return (
    name.split('.').every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label)) &&
    !/(?:^|\.)\d+$/.test(name)
  );
}
