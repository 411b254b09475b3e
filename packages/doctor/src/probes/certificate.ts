import type { TlsSession } from '@duoport/net';
import type { CertificateFacts } from '../observations.ts';
import type { Access } from './context.ts';
import { cut } from './text.ts';

/** TLS that takes every certificate, and remembers what is to be said about it. */
export interface CertificateWatch {
  readonly session: TlsSession;
  /** Node's code of why the certificate does not hold. */
  untrusted(): string | undefined;
  certificate(): CertificateFacts | undefined;
}

export function certificateWatch(session: TlsSession): CertificateWatch {
  let untrusted: string | undefined;
  let facts: CertificateFacts | undefined;
  return {
    certificate: () => facts,
    untrusted: () => untrusted,
    session: {
      ...session,
      objection: (tls) => {
        const objection = session.objection(tls);
        facts ??= certificateFacts(tls);
        if (objection !== undefined) untrusted ??= codeIn(objection);
        return undefined;
      },
    },
  };
}

function codeIn(objection: string): string {
  return /\(([A-Z][A-Z0-9_]{3,60})\)/.exec(objection)?.[1] ?? 'CERT_NOT_PINNED';
}

/** Everything in a certificate is what somebody wrote there. */
function certificateFacts(tls: Parameters<TlsSession['objection']>[0]): CertificateFacts {
  const {
    subject,
    issuer,
    subjectaltname = '',
    valid_to: validTo,
    fingerprint256,
  } = tls.getPeerCertificate();
  const until = Date.parse(validTo ?? '');
  return {
    protocol: tls.getProtocol() ?? 'unknown',
    subject: cut(nameIn(subject)),
    issuer: cut(nameIn(issuer)),
    names: cut(subjectaltname).split(', ').filter(Boolean).slice(0, mostNames),
    validTo: Number.isNaN(until) ? undefined : new Date(until).toISOString(),
    fingerprint: fingerprint256 ?? '',
  };
}

const mostNames = 20;

/** A name may stand several times, and not at all. */
function nameIn(of: { readonly CN?: string | string[]; readonly O?: string | string[] } | undefined): string {
  return [of?.CN ?? of?.O ?? []].flat().join(', ');
}

/** TLS for every later session of the run: what is to be said against the certificate is said by then. */
export function takesAll(tls: Access['tls']): Access['tls'] {
  return { session: (host) => certificateWatch(tls.session(host)).session };
}
