import type { PeerCertificate, TLSSocket } from 'node:tls';

/** A name in a certificate beside its subject (subjectAltName). */
export interface AlternativeName {
  readonly kind: 'dns' | 'email' | 'uri' | 'ip';
  readonly value: string;
}

/** A client's certificate that was verified. Plain data. */
export interface ClientCertificate {
  /** CN of the subject. Undefined: none, or more than one. */
  readonly commonName: string | undefined;
  readonly names: readonly AlternativeName[];
  /** SHA-256 of the whole certificate, upper-case hex with colons. */
  readonly fingerprint: string;
  /** Upper-case hex; unique for each issuer. */
  readonly serial: string;
  /** `CN=alice, O=Example`, in the order of the certificate. */
  readonly subject: string;
  readonly issuer: string;
  /** Milliseconds since the epoch. */
  readonly validTo: number;
}

/** What a peer has shown, verified or not. Undefined: nothing. */
export function shownCertificate(tls: TLSSocket): ClientCertificate | undefined {
  const shown = tls.getPeerCertificate();
  if (!shown.fingerprint256) return undefined;
  const { subject, issuer, subjectaltname = '', fingerprint256, serialNumber, valid_to: end } = shown;
  const { CN } = subject as { readonly CN?: unknown };
  return {
    commonName: typeof CN === 'string' ? CN : undefined,
    names: alternativeNames(subjectaltname),
    fingerprint: fingerprint256,
    serial: serialNumber,
    subject: nameLine(subject),
    issuer: nameLine(issuer),
    validTo: Date.parse(end),
  };
}

/** Undefined: the chain leads to an authority that is trusted, nothing in it has run out or was revoked. Otherwise OpenSSL's code. */
export function verifyError(tls: TLSSocket): string | undefined {
  // Node tells it of a TLS socket that a tls.Server has made. Undocumented, and in place from Node 20 to 26.
  const { _handle: handle } = tls as unknown as { _handle: VerifyingHandle | null };
  if (handle === null) return 'closed';
  const error = handle.verifyError();
  return error ? (error.code ?? error.message) : undefined;
}

interface VerifyingHandle {
  verifyError(): (Error & { readonly code?: string }) | null | undefined;
}

/** What is wrong with a client's certificate, and what can be done: a sentence for the client, which the log gets too. */
export function explainVerifyError(code: string): string {
  const what = sentences[code] ?? 'could not be verified';
  return `Your client certificate ${what} (${code})`;
}

const unknownAuthority = 'was not signed by an authority that this server trusts';
const sentences: Readonly<Record<string, string>> = {
  CERT_REVOKED: 'was revoked: use the one that took its place',
  CERT_HAS_EXPIRED: 'has expired: renew it',
  CERT_NOT_YET_VALID: 'is not valid yet: look at the clocks of both machines',
  INVALID_PURPOSE: 'was not made for clients: it lacks the use clientAuth',
  UNABLE_TO_GET_CRL: 'cannot be looked up: the server has no list of what its authority revoked',
  CRL_HAS_EXPIRED: 'cannot be looked up: the list of what its authority revoked has run out on the server',
  CRL_NOT_YET_VALID: 'cannot be looked up: the list of what its authority revoked is not valid yet',
  CRL_SIGNATURE_FAILURE: 'cannot be looked up: the list of revoked ones is not its authority’s',
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
};

const kinds: Readonly<Record<string, AlternativeName['kind']>> = {
  DNS: 'dns',
  email: 'email',
  URI: 'uri',
  'IP Address': 'ip',
};

/**
 * Node's text of a subjectAltName: `DNS:a.example, email:a@example`. A value with anything in it that could be taken for the text around
 * it is in quotes, as JSON; kinds that we have no use for are left out.
 */
export function alternativeNames(text: string): readonly AlternativeName[] {
  const found: AlternativeName[] = [];
  const item = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/gy;
  for (let match = item.exec(text); match !== null; match = item.exec(text)) {
    const [, type = '', written = ''] = match;
    const kind = kinds[type];
    const value = written.startsWith('"') ? unquoted(written) : written;
    if (kind !== undefined && value !== undefined) found.push({ kind, value });
    if (item.lastIndex >= text.length) break;
  }
  return found;
}

function unquoted(text: string): string | undefined {
  try {
    return String(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function nameLine(name: PeerCertificate['subject']): string {
  return Object.entries(name)
    .flatMap(([key, value]: [string, string | string[] | undefined]) =>
      (Array.isArray(value) ? value : [value ?? '']).map(
        (each) => `${key}=${each.replace(/[\0-\x1f\\,]/g, escaped)}`,
      ),
    )
    .join(', ');
}

function escaped(character: string): string {
  return character === ',' || character === '\\'
    ? `\\${character}`
    : `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
