import { isIP } from 'node:net';
import { type Endpoint, endpoint, formatEndpoint } from '@duoport/protocol';

/** The words that the two ends of a tunnel say in HTTP/2 headers. */
export const words = {
  /** Which control connection a data connection belongs to. */
  session: 'duoport-session',
  to: 'duoport-to',
  peer: 'duoport-peer',
  local: 'duoport-local',
  because: 'duoport-because',
  /** In the trailers: how many bytes went before the end. Without it there was no end. */
  sent: 'duoport-sent',
  client: 'duoport-client',
  /** The number of the stream that is meant. */
  stream: 'duoport-stream',
  /** `tls`: the first byte of the control connection belongs to a handshake. */
  begins: 'duoport-begins',
  neighbour: 'duoport-neighbour',
  limit: 'duoport-limit',
  /** The number of a direct connection that may carry this one's bytes: what the relay writes first says whether it does. */
  direct: 'duoport-direct',
  /** How many bytes of a stream go over the line before the rest goes over a plain connection. */
  at: 'duoport-at',
} as const;

/** What the relay asks, to have the rest of a stream go over the plain connection that it has made for it. */
export const shortcutPath = '/shortcut';

/** How the bytes of a data connection go that has a number for a direct one. */
export const choices = { direct: 'd', line: 'l' } as const;

/** What is signed to show that a key is at the other end of this very TLS connection (RFC 9266, RFC 5705). */
export const bindingLabel = 'EXPORTER-duoport-relay';

type Header = string | readonly string[] | undefined;

/** `192.0.2.1:21`, `[2001:db8::1]:21`; undefined for anything else. */
export function decodeEndpoint(text: Header): Endpoint | undefined {
  if (typeof text !== 'string') return undefined;
  const match = /^(?:\[([0-9a-fA-F:.%\w-]{2,64})\]|(\d{1,3}(?:\.\d{1,3}){3})):(\d{1,5})$/.exec(text);
  const address = match?.[1] ?? match?.[2] ?? '';
  const port = Number(match?.[3]);
  if (isIP(address.replace(/%.*$/, '')) === 0 || port > 65_535) return undefined;
  return endpoint(address, port);
}

export const encodeEndpoint: (of: Endpoint) => string = formatEndpoint;

/** Text of any kind in a header, which carries ASCII only. */
export function encodeWord(text: string): string {
  return encodeURIComponent(text.slice(0, longestWord).replace(/\p{Surrogate}/gu, '?'));
}

/** Undefined when it is missing or was not made by `encodeWord`. */
export function decodeWord(text: Header): string | undefined {
  if (typeof text !== 'string' || text.length > 3 * longestWord) return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Characters. */
const longestWord = 2048;
