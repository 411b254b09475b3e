/** Why a TLS handshake came to nothing. */
export type TlsFault =
  /** The peer sent something that is no TLS: plain FTP, HTTP. */
  | 'plaintext'
  /** No version of TLS that both speak. */
  | 'version'
  | 'cipher'
  /** The peer's certificate is missing or not good. */
  | 'certificate'
  /** The peer does not trust ours. */
  | 'untrusted'
  | 'timeout'
  /** The peer went away. */
  | 'gone'
  | 'other';

/** What a peer's certificate was refused for. */
export class CertificateObjection extends Error {
  override readonly name = 'CertificateObjection';
}

/** Of an error of a handshake, or of what it was wrapped in. */
export function tlsFault(error: unknown): TlsFault {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth += 1) {
    if (at instanceof CertificateObjection) return 'certificate';
    if ('code' in at && at.code === 'FTP_TIMEOUT') return 'timeout';
    const found = faultIn(wordsOf(at));
    if (found !== undefined) return found;
  }
  return 'other';
}

/** OpenSSL's text without its file names and numbers, and what it usually means. */
export function handshakeReason(cause: Error): string {
  const text = wordsOf(cause);
  const fault = faultIn(text);
  const meaning = fault === undefined ? undefined : meanings[fault];
  return meaning === undefined ? text : `${text}: ${meaning}`;
}

const meanings: Partial<Record<TlsFault, string>> = {
  plaintext: 'the peer does not speak TLS here',
  version: 'no common TLS version; 1.2 or newer is needed',
  cipher: 'no common cipher suite, or the certificate is refused',
  untrusted: 'the peer does not trust our certificate',
  certificate: 'the peer wants a certificate of ours',
};

const signs: readonly (readonly [TlsFault, RegExp])[] = [
  ['plaintext', /wrong version number|http request|unexpected message|packet length too long|not a tls/i],
  ['version', /unsupported protocol|protocol version|version too low/i],
  ['cipher', /no shared cipher|handshake failure|no suitable signature algorithm|no shared group/i],
  ['untrusted', /unknown ca|bad certificate|certificate unknown|certificate expired|certificate revoked/i],
  ['certificate', /certificate required/i],
  ['gone', /closed the connection|ECONNRESET|EPIPE|was closed/],
];

function faultIn(text: string): TlsFault | undefined {
  return signs.find(([, sign]) => sign.test(text))?.[0];
}

function wordsOf(error: Error & { reason?: string }): string {
  return error.reason ?? error.message;
}
