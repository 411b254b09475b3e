import { randomBytes } from 'node:crypto';
import { askDatagram } from '@duoport/net';
import { type Endpoint, formatAddress, parseAddress } from '@duoport/protocol';
import { routerWaits } from './nat-pmp.ts';
import { RouterFault } from './router-fault.ts';

const [version, mapOpcode, tcp] = [2, 1, 6];
const discardPort = 9;
/** Seconds; §15 asks for no less. */
const shortest = 120;
/** RFC 6887 §13.2: rather none than another port. */
const preferFailure = Uint8Array.of(2, 0, 0, 0);

/** RFC 6887 §7.4. */
const results: Readonly<Record<number, string>> = {
  1: 'it speaks another version',
  2: 'it is configured to open no ports',
  3: 'it does not understand the request',
  4: 'it does not know the request',
  5: 'it does not know PREFER_FAILURE',
  7: 'it has a network failure',
  8: 'it has no room for another port',
  9: 'it does not map TCP',
  10: 'this machine may have no more ports',
  11: 'somebody else has that port',
  12: 'it sees this machine under another address: another NAT is between',
};

export interface PcpMapping {
  readonly result: number;
  /** Seconds. */
  readonly lifetime: number;
  readonly internal: number;
  readonly external: number;
  readonly address: string;
}

/** RFC 6887 §7.1 and §11.1: MAP for a TCP port, the same outside. `lifetime`: seconds; 0 takes the mapping away. */
export function encodePcpMap(asked: {
  readonly client: string;
  readonly nonce: Uint8Array;
  readonly port: number;
  readonly lifetime: number;
}): Uint8Array {
  const { client, nonce, port, lifetime } = asked;
  const bytes = new Uint8Array(lifetime === 0 ? 60 : 64);
  const view = new DataView(bytes.buffer);
  bytes.set([version, mapOpcode]);
  view.setUint32(4, lifetime);
  bytes.set(mapped(client), 8);
  bytes.set(nonce, 24);
  bytes[36] = tcp;
  view.setUint16(40, port);
  view.setUint16(42, lifetime === 0 ? 0 : port);
  bytes.set(mapped(client.includes(':') ? '::' : '0.0.0.0'), 44);
  if (lifetime > 0) bytes.set(preferFailure, 60);
  return bytes;
}

/** What a router says to the request with this nonce; undefined for what is no answer to it. */
export function decodePcpMap(bytes: Uint8Array, nonce: Uint8Array): PcpMapping | undefined {
  // NAT-PMP alone answers with version 0 and its own code for that.
  if (bytes[0] === 0 && bytes.length >= 4) return { ...nothing, result: 1 };
  if (bytes.length < 60 || bytes[0] !== version || bytes[1] !== 128 + mapOpcode) return undefined;
  if (nonce.some((byte, index) => bytes[24 + index] !== byte)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    result: bytes[3] ?? 0,
    lifetime: view.getUint32(4),
    internal: view.getUint16(40),
    external: view.getUint16(42),
    address: formatAddress(unmapped(bytes.slice(44, 60))),
  };
}

const nothing = { lifetime: 0, internal: 0, external: 0, address: '0.0.0.0' };

/** The Port Control Protocol at one router (RFC 6887). */
export class Pcp {
  readonly name = 'PCP';
  readonly #router: Endpoint;
  /** A mapping belongs to whoever knows its nonce (§11.2). */
  readonly #nonce = randomBytes(12);
  #address: string | undefined;

  constructor(router: Endpoint) {
    this.#router = router;
  }

  /** PCP tells it with a mapping only; for a moment the discard port does for that (§11.6). */
  async externalAddress(signal?: AbortSignal): Promise<string> {
    if (this.#address !== undefined) return this.#address;
    const { address } = await this.#ask(discardPort, shortest, signal);
    await this.unmap(discardPort, signal);
    return address;
  }

  /** Returns the seconds that it holds for. */
  async map(port: number, lifetime: number, signal?: AbortSignal): Promise<number> {
    const answer = await this.#ask(port, lifetime, signal);
    if (answer.external !== port) {
      await this.unmap(port, signal);
      throw new RouterFault(`it gave port ${answer.external} outside instead of ${port}`);
    }
    this.#address = answer.address;
    return answer.lifetime;
  }

  async unmap(port: number, signal?: AbortSignal): Promise<void> {
    await this.#ask(port, 0, signal);
  }

  async #ask(port: number, lifetime: number, signal: AbortSignal | undefined): Promise<PcpMapping> {
    const nonce = this.#nonce;
    const answer = await askDatagram({
      to: this.#router,
      question: ({ address }) => encodePcpMap({ client: address, nonce, port, lifetime }),
      answer: (bytes) => {
        const found = decodePcpMap(bytes, nonce);
        return found?.result === 0 && found.internal !== port ? undefined : found;
      },
      waits: routerWaits,
      signal,
    });
    if (answer.result === 0) return answer;
    throw new RouterFault(results[answer.result] ?? `it answers with code ${answer.result}`);
  }
}

/** §5: IPv4 addresses are written as IPv4-mapped IPv6. */
function mapped(address: string): Uint8Array {
  const bytes = parseAddress(address) ?? new Uint8Array(4);
  return bytes.length === 16 ? bytes : Uint8Array.of(...prefix, ...bytes);
}

const prefix = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255];

function unmapped(bytes: Uint8Array): Uint8Array {
  return prefix.every((byte, index) => bytes[index] === byte) ? bytes.slice(12) : bytes;
}
