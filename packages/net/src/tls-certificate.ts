import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate, type TLSSocket } from 'node:tls';
import type { TlsClientSettings } from './tls-settings.ts';

/** Undefined when the certificate is accepted; otherwise what is wrong and what the user can do. */
export function checkCertificate(
  tls: TLSSocket,
  settings: TlsClientSettings,
  name: string,
): string | undefined {
  if (settings.fingerprint !== undefined) return checkPin(tls, settings.fingerprint);
  if (settings.insecure || tls.authorized) return undefined;
  const code = String(tls.authorizationError ?? 'unknown');
  return `${explain(code, name)} Its SHA-256 fingerprint is ${fingerprintOf(tls) ?? 'not known'}.`;
}

/** Node's own check; for addresses OpenSSL's, because Node 22.23 finds no IPv6 address in a certificate. */
export function checkIdentity(host: string, certificate: PeerCertificate): Error | undefined {
  if (isIP(host) && certificate.raw && new X509Certificate(certificate.raw).checkIP(host)) return undefined;
  return checkServerIdentity(host, certificate);
}

/** Hex in upper case with colons, as OpenSSL prints it; undefined when the peer sent no certificate. */
export function fingerprintOf(tls: TLSSocket): string | undefined {
  return tls.getPeerCertificate().fingerprint256 || undefined;
}

function checkPin(tls: TLSSocket, pinned: string): string | undefined {
  const actual = fingerprintOf(tls);
  // A resumed session may carry no certificate: it was checked when the session was made.
  if (actual === undefined && tls.isSessionReused()) return undefined;
  if (actual !== undefined && bareHex(actual) === bareHex(pinned)) return undefined;
  return `The server's certificate is not the pinned one: its SHA-256 fingerprint is ${actual ?? 'missing'}, pinned is ${pinned}. If the server has renewed its certificate, ask its operator for the new fingerprint.`;
}

function bareHex(text: string): string {
  return text.replaceAll(/[^0-9a-f]/gi, '').toLowerCase();
}

function explain(code: string, name: string): string {
  switch (code) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
      return `The certificate of ${name} is self-signed (${code}). If it is yours, pass it as CA, pin its fingerprint, or allow insecure connections.`;
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return `The certificate of ${name} was signed by an authority that is not known here (${code}). The server may forget to send its intermediate certificate; or pass the authority's certificate as CA, or pin the fingerprint.`;
    case 'CERT_HAS_EXPIRED':
      return `The certificate of ${name} has expired (${code}). The server's operator must renew it; pin its fingerprint to go on meanwhile.`;
    case 'CERT_NOT_YET_VALID':
      return `The certificate of ${name} is not valid yet (${code}). Is the clock of this machine right?`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `The certificate was not made for ${name} (${code}). Connect by the name it was made for, set the server name, or pin its fingerprint.`;
    default:
      return `The certificate of ${name} could not be verified (${code}). Pass the authority's certificate as CA, pin the fingerprint, or allow insecure connections.`;
  }
}
