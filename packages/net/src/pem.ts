import type { Pem } from './tls-settings.ts';

/** As node:tls takes it. */
export function pem(text: Pem): string | Buffer {
  return typeof text === 'string' ? text : Buffer.from(text.buffer, text.byteOffset, text.byteLength);
}

/** One or several. */
export function pems(given: Pem | readonly Pem[]): (string | Buffer)[] {
  return typeof given === 'string' || given instanceof Uint8Array ? [pem(given)] : given.map(pem);
}
