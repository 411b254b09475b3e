import type { TLSSocket } from 'node:tls';
import type { ProtocolFault } from '@duoport/protocol';

/** Both ends of a line make the same key of it, which nobody else can make (RFC 5705): with it they know each other elsewhere. */
export function directKey(line: TLSSocket): Buffer {
  return line.exportKeyingMaterial(32, 'EXPORTER-duoport-direct', Buffer.alloc(0));
}

/** RFC 8446 §2.2: a key that both ends have instead of certificates, with a Diffie-Hellman exchange of its own. */
export const directIdentity = 'duoport-direct';
export const directCipher = 'TLS_AES_128_GCM_SHA256';

/** What the relay says first on a direct connection. */
export interface FirstWords {
  /** `probe`: the number comes back, and that is all. */
  readonly kind: 'probe' | 'data';
  readonly number: string;
}

export function encodeFirstWords({ kind, number }: FirstWords): string {
  return `${kind === 'probe' ? 'p' : 'd'}${number}\n`;
}

const size = 34;

export function decodeFirstWords(
  bytes: Uint8Array,
): 'more' | ProtocolFault | (FirstWords & { readonly size: number }) {
  if (bytes.length < size) return 'more';
  const text = Buffer.from(bytes.subarray(0, size)).toString('latin1');
  const [, kind, number] = /^([pd])([0-9a-f]{32})\n$/.exec(text) ?? [];
  if (number === undefined) return { fault: 'no number' };
  return { kind: kind === 'p' ? 'probe' : 'data', number, size };
}
