import type { ClientCertificate } from '@duoport/net';
import type { Accounts, Login, LoginAttempt, LoginStep, Refusal } from '@duoport/server';

/**
 * What the certificate of a client is worth. `enough`: it stands for the password of the user that it names. `both`: nobody gets in without
 * certificate and password. `only`: passwords are worth nothing.
 */
export type CertificatePolicy = 'enough' | 'both' | 'only';

/** What of a certificate is the name of a user by itself. */
export type CertificateName = 'common-name' | 'email' | 'dns' | 'uri';

export interface CertificateAccountsOptions {
  readonly policy: CertificatePolicy;
  /** Default: nothing, so that only {@link users} counts. */
  readonly names?: readonly CertificateName[] | undefined;
  /**
   * Certificates by user: `sha256:AA:BB:…` (of the whole certificate), `common-name:Ann Example`, `email:ann@example.org`, `dns:…`, `uri:…`,
   * `subject:CN=…, O=…`.
   */
  readonly users?: Readonly<Record<string, readonly string[]>> | undefined;
}

const needed: Refusal = {
  because: 'no certificate of this user',
  told: 'A client certificate of this user is needed',
};

/** Users by the certificate that their client has shown and the server has verified. Guests have none. */
export class CertificateAccounts implements Accounts {
  readonly #accounts: Accounts;
  readonly #options: CertificateAccountsOptions;

  constructor(accounts: Accounts, options: CertificateAccountsOptions) {
    this.#accounts = accounts;
    this.#options = options;
  }

  async begin(attempt: LoginAttempt): Promise<LoginStep> {
    const step = await this.#usual(attempt);
    if (step !== 'password' || this.#options.policy === 'both') return step;
    return this.#names(attempt) ? 'proven' : step;
  }

  async login(attempt: LoginAttempt): Promise<Login | Refusal | undefined> {
    const { policy } = this.#options;
    const { proven, ...unproven } = attempt;
    const named = this.#names(attempt);
    if (proven) return named && policy !== 'both' ? this.#accounts.login(attempt) : undefined;
    // What is said of the certificate says nothing about name and password: they are not looked at.
    const free = policy === 'enough' || (policy === 'both' && named);
    if (!free && (await this.#usual(unproven)) === 'password') return needed;
    return this.#accounts.login(unproven);
  }

  async #usual(attempt: LoginAttempt): Promise<LoginStep> {
    return (await this.#accounts.begin?.(attempt)) ?? 'password';
  }

  /** Whether the certificate is one of this user. */
  #names({ user, certificate, secure }: LoginAttempt): boolean {
    if (certificate === undefined || !secure || user === '') return false;
    const { names = [], users = {} } = this.#options;
    const marks = marksOf(certificate);
    const own = Object.hasOwn(users, user) ? (users[user] ?? []) : [];
    return own.some((mark) => marks.has(markOf(mark))) || names.some((kind) => marks.has(`${kind}:${user}`));
  }
}

/** All by which the certificate can be known. */
function marksOf({ commonName, names, fingerprint, subject }: ClientCertificate): ReadonlySet<string> {
  return new Set([
    ...(commonName === undefined ? [] : [`common-name:${commonName}`]),
    ...names.map(({ kind, value }) => `${kind}:${value}`),
    `subject:${subject}`,
    markOf(`sha256:${fingerprint}`),
  ]);
}

/** Fingerprints are written with colons and without, in capitals and small letters. */
function markOf(written: string): string {
  if (!/^sha256:/i.test(written)) return written;
  return `sha256:${written.slice('sha256:'.length).replaceAll(':', '').toLowerCase()}`;
}
