import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';

/** A fresh ed25519 key for an agent: PEM (PKCS #8). Whoever has it is that agent. */
export function generateAgentKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** @throws RangeError for anything but an ed25519 private key without a passphrase. */
export function readAgentKey(pem: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPrivateKey(pem);
  } catch (cause) {
    throw new RangeError('The key of an agent is a PEM private key without a passphrase', { cause });
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new RangeError('The key of an agent is an ed25519 key');
  return key;
}

/** The public half, base64 of its SPKI form: what the relay knows an agent by. */
export function publicKeyOf(key: KeyObject): string {
  return createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64');
}

/** Signs that this agent is at the end of the TLS connection that `binding` names: of no use on any other one. */
export function signBinding(key: KeyObject, name: string, binding: Uint8Array): string {
  return sign(null, statement(name, binding), key).toString('base64');
}

export function verifyBinding(
  publicKey: string,
  signature: string,
  { name, binding }: { readonly name: string; readonly binding: Uint8Array },
): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), type: 'spki', format: 'der' });
    if (key.asymmetricKeyType !== 'ed25519') return false;
    return verify(null, statement(name, binding), key, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}

function statement(name: string, binding: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`duoport relay agent\0${name}\0`), binding]);
}
