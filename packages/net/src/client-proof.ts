import type { TLSSocket } from 'node:tls';
import {
  type ClientCertificate,
  explainVerifyError,
  shownCertificate,
  verifyError,
} from './client-certificate.ts';
import type { ClientCertificateSettings } from './tls-settings.ts';

/** The certificate of one client: on its control connection, and again on every data connection that resumes nothing. */
export class ClientProof {
  readonly #wanted: ClientCertificateSettings['wanted'];
  #control: ClientCertificate | undefined;
  #isSecured = false;

  constructor({ wanted }: ClientCertificateSettings) {
    this.#wanted = wanted;
  }

  /** After a handshake: what is wrong, as a sentence for the client. */
  objection(tls: TLSSocket): string | undefined {
    // The ticket is proof: it was given to the client that has shown the certificate, or was let in without.
    if (this.#isSecured && tls.isSessionReused()) return undefined;
    const shown = shownCertificate(tls);
    if (shown === undefined) return this.#missing();
    const error = verifyError(tls);
    if (error !== undefined) return explainVerifyError(error);
    if (this.#isSecured && shown.fingerprint !== this.#control?.fingerprint)
      return 'The data connection shows another client certificate than its control connection';
    return undefined;
  }

  /** The handshake of the control connection is done, without an objection. */
  remember(tls: TLSSocket): void {
    this.#control = shownCertificate(tls);
    this.#isSecured = true;
  }

  /** After a handshake without an objection. */
  shown(tls: TLSSocket): ClientCertificate | undefined {
    return this.#isSecured ? this.#control : shownCertificate(tls);
  }

  #missing(): string | undefined {
    if (this.#control !== undefined)
      return 'The data connection neither resumes the TLS session of its control connection nor shows its client certificate';
    return this.#wanted === 'require'
      ? 'This server wants a client certificate and got none: give your client one (curl: --cert and --key, lftp: ssl:cert-file and ssl:key-file)'
      : undefined;
  }
}
