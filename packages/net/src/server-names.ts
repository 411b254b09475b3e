import { X509Certificate } from 'node:crypto';
import { alternativeNames } from './client-certificate.ts';
import { pem } from './pem.ts';
import type { TlsIdentity } from './tls-settings.ts';

/** Host names, small letters, that a server's certificate is for: those it was given, or those in it. */
export function serverNames({ cert, names }: Pick<TlsIdentity, 'cert' | 'names'>): readonly string[] {
  if (names !== undefined) return names.map((name) => name.toLowerCase());
  const { subjectAltName, subject } = new X509Certificate(pem(cert));
  const own = alternativeNames(subjectAltName ?? '')
    .filter(({ kind }) => kind === 'dns')
    .map(({ value }) => value);
  // RFC 6125 §6.4.4: the common name counts where there is no other.
  const common = /^CN=([\w*.-]+)$/m.exec(subject)?.[1];
  const found = own.length > 0 || common === undefined ? own : [common];
  return found.map((name) => name.toLowerCase());
}

/** The pattern is this name, or has a star in place of its first label (RFC 6125 §6.4.3). Both in small letters. */
function isNamed(pattern: string, name: string): boolean {
  if (pattern === name) return true;
  return (
    pattern.startsWith('*.') && name.indexOf('.') > 0 && name.slice(name.indexOf('.')) === pattern.slice(1)
  );
}

/** Whose names have it: exactly, or failing that with a star. */
export function findNamed<Named extends { readonly names: readonly string[] }>(
  all: readonly Named[],
  name: string,
): Named | undefined {
  return (
    all.find(({ names }) => names.includes(name)) ??
    all.find(({ names }) => names.some((pattern) => isNamed(pattern, name)))
  );
}
