import { askDatagram } from '@duoport/net';
import { type Endpoint, formatAddress } from '@duoport/protocol';
import { RouterFault } from './router-fault.ts';

/** RFC 6886 §3.5. */
const results: Readonly<Record<number, string>> = {
  1: 'it speaks another version',
  2: 'it is configured to open no ports',
  3: 'it has no address from outside itself',
  4: 'it has no room for another port',
  5: 'it does not know the request',
};

/** RFC 6886 §3.1 begins at 250 ms and doubles; whoever is in the same network has answered long before the last. */
export const routerWaits: readonly number[] = [250, 500, 1000];

/** RFC 6886 §3.2: which address has the router outside? */
const externalAddressRequest: Uint8Array = Uint8Array.of(0, 0);

/** RFC 6886 §3.3. `lifetime`: seconds; 0 takes the mapping away. */
export function encodeMapRequest(internal: number, external: number, lifetime: number): Uint8Array {
  const bytes = new Uint8Array(12);
  bytes[1] = mapTcp;
  const view = new DataView(bytes.buffer);
  view.setUint16(4, internal);
  view.setUint16(6, external);
  view.setUint32(8, lifetime);
  return bytes;
}

const mapTcp = 2;

/** What a router says to either question. */
export interface NatPmpAnswer {
  readonly result: number;
  /** To the question for the address. */
  readonly address?: string;
  /** To the request for a port. */
  readonly mapping?: { readonly internal: number; readonly external: number; readonly lifetime: number };
}

/** `undefined` for what is no NAT-PMP answer to this opcode. */
export function decodeNatPmp(bytes: Uint8Array, opcode: 0 | 2): NatPmpAnswer | undefined {
  if (bytes.length < 8 || bytes[0] !== 0 || bytes[1] !== 128 + opcode) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const result = view.getUint16(2);
  if (result !== 0) return { result };
  if (bytes.length < (opcode === 0 ? 12 : 16)) return undefined;
  if (opcode === 0) return { result, address: formatAddress(bytes.slice(8, 12)) };
  const mapping = { internal: view.getUint16(8), external: view.getUint16(10), lifetime: view.getUint32(12) };
  return { result, mapping };
}

/** NAT-PMP at one router (RFC 6886). */
export class NatPmp {
  readonly name = 'NAT-PMP';
  readonly #router: Endpoint;

  constructor(router: Endpoint) {
    this.#router = router;
  }

  async externalAddress(signal?: AbortSignal): Promise<string> {
    const answer = await this.#ask(externalAddressRequest, 0, { signal });
    if (answer.address !== undefined) return answer.address;
    throw fault(answer.result);
  }

  /** Returns the seconds that it holds for. The port is the same on both sides, or it is given back and an error. */
  async map(port: number, lifetime: number, signal?: AbortSignal): Promise<number> {
    const { mapping, result } = await this.#ask(encodeMapRequest(port, port, lifetime), 2, { signal, port });
    if (mapping === undefined) throw fault(result);
    if (mapping.external === port) return mapping.lifetime;
    await this.unmap(port, signal);
    throw new RouterFault(
      `it gave port ${mapping.external} outside instead of ${port}: somebody else has that one`,
    );
  }

  async unmap(port: number, signal?: AbortSignal): Promise<void> {
    await this.#ask(encodeMapRequest(port, 0, 0), 2, { signal, port });
  }

  #ask(
    question: Uint8Array,
    opcode: 0 | 2,
    { port, signal }: { readonly port?: number; readonly signal: AbortSignal | undefined },
  ): Promise<NatPmpAnswer> {
    return askDatagram({
      to: this.#router,
      question: () => question,
      answer: (bytes) => {
        const answer = decodeNatPmp(bytes, opcode);
        return answer?.mapping !== undefined && answer.mapping.internal !== port ? undefined : answer;
      },
      waits: routerWaits,
      signal,
    });
  }
}

function fault(result: number): RouterFault {
  return new RouterFault(results[result] ?? `it answers with code ${result}`);
}
