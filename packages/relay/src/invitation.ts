import { createHash, randomBytes } from 'node:crypto';
import { isLabel } from './names.ts';

/** What an agent needs to find its relay, to know it, and to be taken once. */
export interface Invitation {
  readonly host: string;
  readonly port: number;
  /** SHA-256 of the relay's certificate. Undefined: the authorities that the agent trusts vouch for it. */
  readonly fingerprint: string | undefined;
  readonly name: string;
  readonly secret: string;
}

const mark = 'duoport-invitation-1.';

/** One word without blanks that can be pasted into a command line. It is a secret until it has been used. */
export function encodeInvitation({ host, port, fingerprint, name, secret }: Invitation): string {
  const fields = [host, String(port), fingerprint ?? '', name, secret];
  return mark + Buffer.from(JSON.stringify(fields)).toString('base64url');
}

/** Undefined for anything else than an invitation. */
export function decodeInvitation(text: string): Invitation | undefined {
  const word = text.trim();
  if (!word.startsWith(mark) || word.length > 4096) return undefined;
  try {
    const fields: unknown = JSON.parse(Buffer.from(word.slice(mark.length), 'base64url').toString());
    if (!Array.isArray(fields) || !fields.every((field) => typeof field === 'string')) return undefined;
    const [host = '', digits = '', fingerprint = '', name = '', secret = ''] = fields as string[];
    const port = /^\d{1,5}$/.test(digits) ? Number(digits) : 0;
    if (host === '' || port < 1 || port > 65_535 || !isLabel(name) || secret === '') return undefined;
    return { host, port, fingerprint: fingerprint === '' ? undefined : fingerprint, name, secret };
  } catch {
    return undefined;
  }
}

export function generateSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** All that the relay keeps of the secret. It is random and long, so that a plain hash cannot be turned round. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
