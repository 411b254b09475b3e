import type { IncomingHttpHeaders } from 'node:http2';
import type { Endpoint, ProtocolFault } from '@duoport/protocol';
import type { WantedPort } from '../client-way.ts';
import { decodeEndpoint, decodeWord, encodeEndpoint, encodeWord } from './words.ts';

/** What an agent wants from its relay for a client whose session is the agent's: it is said in the answer to `/ask`. */
export type Ask =
  | ({ readonly kind: 'lease' } & Pick<WantedPort, 'family' | 'tellsAddress' | 'secure'>)
  | { readonly kind: 'dial'; readonly to: Endpoint };

const said = { ask: 'duoport-ask', to: 'duoport-to' } as const;

export function encodeAsk(ask: Ask): Readonly<Record<string, string>> {
  if (ask.kind === 'dial') return { [said.ask]: 'dial', [said.to]: encodeEndpoint(ask.to) };
  const tells = ask.tellsAddress ? 'address' : 'port';
  return { [said.ask]: `lease ${ask.family} ${tells} ${ask.secure ? 'secure' : 'clear'}` };
}

/** Undefined for what nobody may ask. */
export function decodeAsk(headers: IncomingHttpHeaders): Ask | undefined {
  const text = headers[said.ask];
  const to = decodeEndpoint(headers[said.to]);
  if (text === 'dial') return to && { kind: 'dial', to };
  const match = /^lease (4|6) (address|port) (secure|clear)$/.exec(String(text));
  if (match === null) return undefined;
  const [, family, tells, security] = match;
  return {
    kind: 'lease',
    family: family === '4' ? 4 : 6,
    tellsAddress: tells === 'address',
    secure: security === 'secure',
  };
}

/** What the relay says to an ask: a line each at the beginning of the stream, which the data connection's bytes follow. */
export type AskAnswer =
  /** It listens there; the client is to be told `told`. */
  | { readonly kind: 'told'; readonly listening: Endpoint; readonly told: Endpoint }
  /** The data connection stands. */
  | { readonly kind: 'came'; readonly peer: Endpoint; readonly local: Endpoint }
  | { readonly kind: 'no'; readonly because: string };

export function encodeAnswer(answer: AskAnswer): Uint8Array {
  switch (answer.kind) {
    case 'told':
      return line('told', encodeEndpoint(answer.listening), encodeEndpoint(answer.told));
    case 'came':
      return line('came', encodeEndpoint(answer.peer), encodeEndpoint(answer.local));
    case 'no':
      return line('no', encodeWord(answer.because));
  }
}

function line(...parts: readonly string[]): Uint8Array {
  return Buffer.from(`${parts.join(' ')}\n`, 'latin1');
}

/** Bytes of a line. */
const longest = 8192;

/** From the beginning of `bytes`; `more`: the line has no end yet. */
export function decodeAnswer(
  bytes: Uint8Array,
): 'more' | ProtocolFault | { readonly size: number; readonly answer: AskAnswer } {
  const end = bytes.indexOf(10);
  if (end < 0) return bytes.length > longest ? { fault: 'a line without an end' } : 'more';
  const text = Buffer.from(bytes.subarray(0, end)).toString('latin1');
  const [kind, first, second] = text.split(' ');
  const answer = answerOf(kind, [first, second]);
  return answer === undefined
    ? { fault: `no answer to an ask: ${JSON.stringify(text.slice(0, 80))}` }
    : { size: end + 1, answer };
}

function answerOf(
  kind: string | undefined,
  [first, second]: readonly [string | undefined, string | undefined],
): AskAnswer | undefined {
  if (kind === 'no') {
    const because = decodeWord(first);
    return because === undefined ? undefined : { kind, because };
  }
  const [one, other] = [decodeEndpoint(first), decodeEndpoint(second)];
  if (one === undefined || other === undefined) return undefined;
  if (kind === 'told') return { kind, listening: one, told: other };
  return kind === 'came' ? { kind, peer: one, local: other } : undefined;
}
