import { parseAddress } from '@duoport/protocol';

/** Whom a login names, `user@host[:port]`. */
export interface LoginTarget {
  readonly user: string;
  /** Lower case, a name without its final dot; an IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number | undefined;
}

/**
 * The argument of USER as login-style proxies have always read it: split at the last `@`, for user names may be mail addresses.
 * An IPv6 address stands in brackets. Undefined: it names no server.
 */
export function loginTarget(said: string): LoginTarget | undefined {
  const at = said.lastIndexOf('@');
  const match = /^(?:\[([0-9a-f:.]{2,45})\]|([^:[\]]{1,255}))(?::([1-9]\d{0,4}))?$/i.exec(said.slice(at + 1));
  if (at < 1 || match === null) return undefined;
  const [, address, name = '', portText] = match;
  const port = portText === undefined ? undefined : Number(portText);
  const host = address === undefined ? hostName(name) : address.includes(':') ? address : undefined;
  if (host === undefined || (port !== undefined && port > 65_535)) return undefined;
  if (address !== undefined && parseAddress(address) === undefined) return undefined;
  return { user: said.slice(0, at), host: host.toLowerCase(), port };
}

/** A name in lower case, or an address, as such; undefined: it is neither. */
export function hostOf(text: string): string | undefined {
  return text.includes(':') && parseAddress(text) !== undefined ? text : hostName(text)?.toLowerCase();
}

/** RFC 1123 §2.1, with the underscore that some networks have. What looks like a number must be a whole IPv4 address. */
function hostName(text: string): string | undefined {
  if (parseAddress(text) !== undefined) return text;
  const labels = text.replace(/\.$/, '').split('.');
  if (!labels.every((label) => /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/i.test(label))) return undefined;
  // 127.1 and 0x7f.1 are addresses to some resolvers.
  return /^(\d+|0x[0-9a-f]*)$/i.test(labels.at(-1) ?? '') ? undefined : labels.join('.');
}
