import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  X509CrlGenerator,
} from '@peculiar/x509';
import type { TestCertificate } from './certificate.ts';

export interface IssueOptions {
  readonly name: string;
  readonly use?: 'client' | 'server';
  readonly hosts?: readonly string[];
  readonly emails?: readonly string[];
  /** Milliseconds since the epoch. */
  readonly from?: number;
  readonly to?: number;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const day = 86_400_000;

/** An authority for tests: signs certificates, and lists of those that it has revoked. */
export class TestAuthority {
  readonly cert: string;
  readonly #name: string;
  readonly #keys: webcrypto.CryptoKeyPair;
  #serial = 0x1000;

  private constructor(name: string, cert: string, keys: webcrypto.CryptoKeyPair) {
    this.#name = name;
    this.cert = cert;
    this.#keys = keys;
  }

  static async make(name = 'Test Authority'): Promise<TestAuthority> {
    const keys = await newKeys();
    const usages = KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign;
    const made = await X509CertificateGenerator.createSelfSigned({
      name: `CN=${name}`,
      serialNumber: '01',
      notBefore: new Date(Date.now() - day),
      notAfter: new Date(Date.now() + 3650 * day),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new BasicConstraintsExtension(true, undefined, true),
        new KeyUsagesExtension(usages, true),
      ],
    });
    return new TestAuthority(name, made.toString('pem'), keys);
  }

  async issue(options: IssueOptions): Promise<TestCertificate & { readonly serial: string }> {
    const { name, use = 'client', hosts = [], emails = [] } = options;
    const { from = Date.now() - day, to = Date.now() + 90 * day } = options;
    const keys = await newKeys();
    this.#serial += 1;
    const serial = this.#serial.toString(16).padStart(4, '0');
    const purpose = use === 'client' ? ExtendedKeyUsage.clientAuth : ExtendedKeyUsage.serverAuth;
    const names = [
      ...hosts.map((value) => ({ type: 'dns' as const, value })),
      ...emails.map((value) => ({ type: 'email' as const, value })),
    ];
    const extensions: Extension[] = [new ExtendedKeyUsageExtension([purpose])];
    if (names.length > 0) extensions.push(new SubjectAlternativeNameExtension(names));
    const made = await X509CertificateGenerator.create({
      subject: name.includes('=') ? name : `CN=${name}`,
      issuer: `CN=${this.#name}`,
      serialNumber: serial,
      notBefore: new Date(from),
      notAfter: new Date(to),
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      extensions,
    });
    const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
    return { cert: made.toString('pem'), key: PemConverter.encode(key, 'PRIVATE KEY'), serial };
  }

  /** The list of what is revoked; `until`: when it runs out, milliseconds since the epoch. */
  async revoked(serials: readonly string[], until = Date.now() + 30 * day): Promise<string> {
    const list = await X509CrlGenerator.create({
      issuer: `CN=${this.#name}`,
      thisUpdate: new Date(Date.now() - 2 * day),
      nextUpdate: new Date(until),
      signingAlgorithm: algorithm,
      signingKey: this.#keys.privateKey,
      entries: serials.map((serialNumber) => ({ serialNumber, revocationDate: new Date(Date.now() - day) })),
    });
    // The library writes CRL, OpenSSL reads nothing but this.
    return PemConverter.encode(list.rawData, 'X509 CRL');
  }
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}
