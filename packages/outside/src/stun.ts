import { randomBytes } from 'node:crypto';
import { askDatagram } from '@duoport/net';
import { type Endpoint, formatAddress } from '@duoport/protocol';

/** RFC 8489 §5. */
const cookie = Uint8Array.of(0x21, 0x12, 0xa4, 0x42);
const [bindingRequest, bindingSuccess] = [0x0001, 0x0101];
const [mappedAddress, xorMappedAddress] = [0x0001, 0x0020];

/** RFC 8489 §6: a Binding request without attributes. `transaction`: 12 bytes. */
export function encodeBindingRequest(transaction: Uint8Array): Uint8Array {
  return Uint8Array.of(bindingRequest >> 8, bindingRequest & 255, 0, 0, ...cookie, ...transaction);
}

/** The address that the server has seen (RFC 8489 §14.1 and §14.2); undefined for what is no answer to this request. */
export function decodeBindingSuccess(bytes: Uint8Array, transaction: Uint8Array): string | undefined {
  if (bytes.length < 20 || word(bytes, 0) !== bindingSuccess) return undefined;
  const known = [...cookie, ...transaction];
  if (known.some((byte, index) => bytes[4 + index] !== byte)) return undefined;
  const end = 20 + word(bytes, 2);
  if (end > bytes.length) return undefined;
  let plain: string | undefined;
  for (let at = 20; at + 4 <= end; ) {
    const [type, length] = [word(bytes, at), word(bytes, at + 2)];
    const value = bytes.subarray(at + 4, at + 4 + length);
    if (at + 4 + length > end) return undefined;
    if (type === xorMappedAddress) return addressOf(value, known);
    if (type === mappedAddress) plain = addressOf(value, []);
    // Values are padded to four bytes.
    at += 4 + ((length + 3) & ~3);
  }
  return plain;
}

function addressOf(value: Uint8Array, mask: readonly number[]): string | undefined {
  const width = value[1] === 1 ? 4 : value[1] === 2 ? 16 : 0;
  if (width === 0 || value.length !== 4 + width) return undefined;
  return formatAddress(value.slice(4).map((byte, index) => byte ^ (mask[index] ?? 0)));
}

/** The address that a STUN server sees us with. RFC 8489 §6.2.1 has the times between two requests. */
export function askStun(server: Endpoint, signal: AbortSignal | undefined): Promise<string> {
  const transaction = randomBytes(12);
  return askDatagram({
    to: server,
    question: () => encodeBindingRequest(transaction),
    answer: (bytes) => decodeBindingSuccess(bytes, transaction),
    waits: [500, 1000, 2000, 2000],
    signal,
  });
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
