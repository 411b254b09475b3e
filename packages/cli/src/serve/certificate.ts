import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { hostname, networkInterfaces } from 'node:os';
import { TlsServer } from '@duoport/net';
import { readText } from '../flags/connection-flags.ts';
import type { ServeFlags } from '../flags/serve-flags.ts';
import { printable } from '../printable.ts';
import { UsageError } from '../usage-error.ts';
import { certificateFault } from './certificate-fault.ts';

/** A certificate with its key, PEM, and what clients may pin. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  readonly selfSigned: boolean;
  /** Of the whole certificate, upper-case hex with colons: what duoport, FileZilla and WinSCP show. */
  readonly sha256: string;
  /** The same with SHA-1: what lftp takes. */
  readonly sha1: string;
  /** SHA-256 of the public key, base64: what curl takes. */
  readonly pin: string;
  readonly passphrase?: string | undefined;
  /** Hosts that clients have to ask for to get it. Undefined: those in it. */
  readonly names?: readonly string[] | undefined;
  /** Milliseconds since the epoch. */
  readonly expires: number;
  /** Names and addresses in it, to be printed. */
  readonly hosts: string;
}

type CertificateFlags = Pick<ServeFlags, 'tlsCert' | 'tlsKey' | 'tlsSelfSigned' | 'listenTls' | 'requireTls'>;

/** Throws UsageError that names the flag. */
export function checkCertificateFlags(flags: CertificateFlags): void {
  const has = (flag: keyof CertificateFlags): boolean => flags[flag] !== undefined;
  if (has('tlsCert') !== has('tlsKey')) {
    throw new UsageError('--tls-cert and --tls-key go together: give both files, or --tls-self-signed.');
  }
  if (!has('tlsCert') && flags.tlsSelfSigned !== true && (has('listenTls') || has('requireTls'))) {
    const flag = has('listenTls') ? '--listen-tls' : '--require-tls';
    throw new UsageError(`${flag} needs a certificate: add --tls-self-signed, or --tls-cert and --tls-key.`);
  }
}

/** The certificate that the flags ask for: read, made for this run, or none. */
export async function certificateOf(flags: CertificateFlags): Promise<Certificate | undefined> {
  const { tlsCert, tlsKey, tlsSelfSigned } = flags;
  if (tlsCert !== undefined && tlsKey !== undefined)
    return await readCertificate({ cert: tlsCert, key: tlsKey });
  return tlsSelfSigned === true ? await makeCertificate() : undefined;
}

const day = 86_400_000;

/** A certificate for this run of the server, naming this machine and all its addresses. */
export async function makeCertificate(): Promise<Certificate> {
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .map((one) => one.address);
  const names = [...new Set(['localhost', hostname()])].filter((name) => /^[\w.-]+$/.test(name));
  // Loaded only here: it brings a whole ASN.1 library, which every other command would wait for.
  const { generate } = await import('selfsigned');
  const made = await generate([{ name: 'commonName', value: 'duoport, made for this run' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    // An hour back: a client's clock may be behind ours.
    notBeforeDate: new Date(Date.now() - 3_600_000),
    notAfterDate: new Date(Date.now() + 90 * day),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...names.map((value) => ({ type: 2 as const, value })),
          ...[...new Set(['127.0.0.1', '::1', ...addresses])].map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  return {
    ...fingerprints(new X509Certificate(made.cert)),
    cert: made.cert,
    key: made.private,
    selfSigned: true,
  };
}

/** Where a certificate is read from, and what its parts are called by whoever named them. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
  /** Its first line opens the key. */
  readonly passphrase?: string | undefined;
  readonly labels?: { readonly cert: string; readonly key: string; readonly passphrase: string };
}

const flagLabels = { cert: '--tls-cert', key: '--tls-key', passphrase: '--tls-key' } as const;

/** The certificate in these files; what is wrong with them is said now, not at the first handshake. */
export async function readCertificate({
  labels = flagLabels,
  ...files
}: CertificateFiles): Promise<Certificate> {
  const cert = await readText(labels.cert, files.cert);
  const key = await readText(labels.key, files.key);
  const passphrase =
    files.passphrase === undefined
      ? undefined
      : (await readText(labels.passphrase, files.passphrase)).split(/\r?\n/, 1)[0];
  const [certName, keyName] = [printable(files.cert), printable(files.key)];
  const parsed = attempt(
    () => new X509Certificate(cert),
    `${labels.cert} ${certName}: is not a PEM certificate.`,
  );
  const opened = attempt(
    () => createPrivateKey({ key, ...(passphrase === undefined ? {} : { passphrase }) }),
    passphrase === undefined
      ? `${labels.key} ${keyName}: is not a PEM private key without a passphrase.`
      : `${labels.key} ${keyName}: is not a PEM private key, or ${printable(files.passphrase ?? '')} does not hold its passphrase.`,
  );
  if (!parsed.checkPrivateKey(opened)) {
    throw new UsageError(`${labels.key} ${keyName}: is not the key of the certificate in ${certName}.`);
  }
  const fault = certificateFault(parsed, Date.now());
  if (fault !== undefined) throw new UsageError(`${labels.cert} ${certName}: ${fault}`);
  const made = {
    ...fingerprints(parsed),
    cert,
    key,
    passphrase,
    selfSigned: parsed.subject === parsed.issuer,
  };
  // What only OpenSSL knows: a chain that does not fit, a signature that is too weak for this version of it.
  attempt(() => new TlsServer(made), `${labels.cert} ${certName}: TLS cannot be done with it`, true);
  return made;
}

/** A certificate that this program has made and kept. */
export function keptCertificate(cert: string, key: string): Certificate {
  return { ...fingerprints(new X509Certificate(cert)), cert, key, selfSigned: true };
}

function fingerprints(
  cert: X509Certificate,
): Pick<Certificate, 'sha256' | 'sha1' | 'pin' | 'expires' | 'hosts'> {
  const spki = cert.publicKey.export({ type: 'spki', format: 'der' });
  return {
    sha256: cert.fingerprint256,
    sha1: cert.fingerprint,
    pin: createHash('sha256').update(spki).digest('base64'),
    expires: Date.parse(cert.validTo),
    hosts: (cert.subjectAltName ?? cert.subject.replaceAll('\n', ', ')).replaceAll(
      /(?:DNS|IP Address):/g,
      '',
    ),
  };
}

/** `why`: the message of what was thrown belongs to it. */
function attempt<T>(make: () => T, message: string, why = false): T {
  try {
    return make();
  } catch (cause) {
    const because = why && cause instanceof Error ? ` (${cause.message}).` : '';
    throw new UsageError(`${message}${because}`, { cause });
  }
}
