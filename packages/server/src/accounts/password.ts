import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { encodeText } from '@duoport/protocol';

/** New with every process, so that what is kept of a password is worth nothing outside of it. */
const key = randomBytes(32);

/**
 * A password as it is kept in memory: a salted, keyed hash. Not a slow one, since nothing of it is ever written down: a
 * slow hash protects a stolen file, and would let anybody keep the server busy by guessing.
 */
export class KeptPassword {
  readonly #salt = randomBytes(16);
  readonly #hash: Buffer;

  constructor(password: string) {
    this.#hash = this.#of(password);
  }

  /** Takes the same time whatever is different. */
  matches(password: string): boolean {
    return timingSafeEqual(this.#of(password), this.#hash);
  }

  #of(password: string): Buffer {
    return hash('sha256', Buffer.concat([key, this.#salt, encodeText(password)]), 'buffer');
  }
}
