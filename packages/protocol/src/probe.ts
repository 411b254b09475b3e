import { type Endpoint, endpoint, formatEndpoint } from './endpoint.ts';
import { fault, isFault, type ProtocolFault } from './fault.ts';
import { type Reply, reply } from './reply.ts';
import { decodeText, encodeText } from './text.ts';

/** What has become of a passive data connection, as the server sees it. `half-open`: the SYN came, our answer got lost. */
export type ProbeArrival = 'none' | 'half-open' | 'accepted' | 'stranger';

/** What has become of an active data connection, as the server sees it. */
export type ProbeDial = 'none' | 'dialling' | 'open' | 'refused' | 'rejected' | 'timed-out';

/**
 * What a server received, sent and saw of the data connection that was agreed on last. Compared with what the client
 * sent, received and saw, it tells what was changed or lost on the way.
 */
export interface ProbeView {
  /** The control connection's ends, as the server sees them. */
  readonly peer: Endpoint;
  readonly local: Endpoint;
  /** The argument of the last PORT or EPRT, as it arrived. */
  readonly received: string | undefined;
  /** The text of the last 227 or 229, as it was sent. */
  readonly sent: string | undefined;
  /** Passive mode; undefined when that was not agreed on last. */
  readonly arrival: ProbeArrival | undefined;
  /** Active mode; undefined when that was not agreed on last. */
  readonly dial: ProbeDial | undefined;
  /** The port that the server dials from, when it is a certain one. */
  readonly sourcePort: number | undefined;
}

/**
 * The 211 reply to `SITE PROBE` (an extension of ours): a line a fact, ` peer=` and so on. Addresses, ports and arguments
 * stand in {@link encodeLetters}, which no box on the way takes for an address that it should rewrite.
 */
export function probeReply(view: ProbeView): Reply {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['peer', encodeLetters(formatEndpoint(view.peer))],
    ['local', encodeLetters(formatEndpoint(view.local))],
    ['received', view.received && encodeLetters(view.received)],
    ['sent', view.sent && encodeLetters(view.sent)],
    ['arrival', view.arrival],
    ['dial', view.dial],
    ['source', view.sourcePort === undefined ? undefined : encodeLetters(String(view.sourcePort))],
  ];
  const lines = facts.flatMap(([name, value]) => (value === undefined ? [] : [` ${name}=${value}`]));
  return reply(211, 'Probe:', ...lines, 'End');
}

export function decodeProbe(answer: Reply): ProbeView | ProtocolFault {
  const facts = new Map<string, string>();
  for (const line of answer.lines.slice(1, -1)) {
    const match = /^ ?([a-z]{1,16})=([a-z-]{1,1024})$/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) facts.set(match[1], match[2]);
  }
  const peer = endpointOf(facts.get('peer'));
  const local = endpointOf(facts.get('local'));
  if (peer === undefined || local === undefined) return fault('the reply to SITE PROBE lacks the addresses');
  const source = Number(lettersOf(facts.get('source')));
  return {
    peer,
    local,
    received: lettersOf(facts.get('received')),
    sent: lettersOf(facts.get('sent')),
    arrival: oneOf(arrivals, facts.get('arrival')),
    dial: oneOf(dials, facts.get('dial')),
    sourcePort: Number.isInteger(source) && source > 0 && source <= 65_535 ? source : undefined,
  };
}

/** What comes over the data connection after `SITE NONCE <letters>`: the nonce, then both ends as the server sees them. */
export interface NonceView {
  /** Lower-case letters, as they were sent with the command. */
  readonly nonce: string;
  readonly peer: Endpoint;
  readonly local: Endpoint;
}

export function encodeNonce({ nonce, peer, local }: NonceView): Uint8Array {
  return encodeText(
    `${nonce} ${encodeLetters(formatEndpoint(peer))} ${encodeLetters(formatEndpoint(local))}\r\n`,
  );
}

export function decodeNonce(bytes: Uint8Array): NonceView | ProtocolFault {
  const match = /^([a-z]{1,64}) ([a-p]{1,256}) ([a-p]{1,256})\r\n$/.exec(decodeText(bytes.subarray(0, 1024)));
  const peer = endpointOf(match?.[2]);
  const local = endpointOf(match?.[3]);
  if (match?.[1] === undefined || peer === undefined || local === undefined) {
    return fault('the data of SITE NONCE is not what a server sends');
  }
  return { nonce: match[1], peer, local };
}

/** The argument of `SITE NONCE`. */
export function decodeNonceArgument(argument: string): string | ProtocolFault {
  return /^[a-z]{1,64}$/.test(argument) ? argument : fault('a nonce is 1 to 64 lower-case letters');
}

/** Every byte as two letters from `a` to `p`, the high half first: no digits, dots or commas for anybody to rewrite. */
export function encodeLetters(text: string): string {
  const letter = (half: number) => String.fromCharCode(0x61 + half);
  return [...encodeText(text)].map((byte) => letter(byte >> 4) + letter(byte & 15)).join('');
}

export function decodeLetters(letters: string): string | ProtocolFault {
  if (!/^([a-p]{2})*$/.test(letters)) return fault('letters come in pairs from a to p');
  const bytes = new Uint8Array(letters.length / 2);
  for (let at = 0; at < bytes.length; at += 1) {
    bytes[at] = ((letters.charCodeAt(2 * at) - 0x61) << 4) | (letters.charCodeAt(2 * at + 1) - 0x61);
  }
  return decodeText(bytes);
}

const arrivals: readonly ProbeArrival[] = ['none', 'half-open', 'accepted', 'stranger'];
const dials: readonly ProbeDial[] = ['none', 'dialling', 'open', 'refused', 'rejected', 'timed-out'];

function oneOf<Word extends string>(words: readonly Word[], said: string | undefined): Word | undefined {
  return words.find((word) => word === said);
}

function lettersOf(letters: string | undefined): string | undefined {
  const text = letters === undefined ? undefined : decodeLetters(letters);
  return text === undefined || isFault(text) ? undefined : text;
}

function endpointOf(letters: string | undefined): Endpoint | undefined {
  const match = /^\[?([0-9a-f.:]{2,45})\]?:(\d{1,5})$/.exec(lettersOf(letters) ?? '');
  if (match?.[1] === undefined) return undefined;
  try {
    return endpoint(match[1], Number(match[2]));
  } catch {
    return undefined;
  }
}
