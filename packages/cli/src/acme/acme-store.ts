import { createHash, X509Certificate } from 'node:crypto';
import path from 'node:path';
import { readState, writeState } from '../admin/state.ts';
import { type Certificate, keptCertificate } from '../serve/certificate.ts';
import type { AcmePlan } from './acme-plan.ts';

/*
 * What is kept of an issuer: an account for each directory, and a certificate for each list of names. Each is one file, replaced
 * whole, so that a certificate and its key are never of two minds; only their owner can read them.
 */

type KeptName = Pick<AcmePlan, 'folder' | 'directory' | 'names'>;

export interface KeptAccount {
  /** PEM. */
  readonly key: string;
  readonly url: string;
}

export async function keptAccount(plan: AcmePlan): Promise<KeptAccount | undefined> {
  const { key, url } = (await readState(accountFile(plan))) ?? {};
  return typeof key === 'string' && typeof url === 'string' ? { key, url } : undefined;
}

export function keepAccount(plan: AcmePlan, account: KeptAccount): Promise<void> {
  return writeState(accountFile(plan), { directory: plan.directory, ...account });
}

/** The certificate that was fetched last. Undefined: there is none for these names, or it has run out. `now`: milliseconds since the epoch. */
export async function keptAcmeCertificate(plan: AcmePlan, now: number): Promise<Certificate | undefined> {
  const kept = await readCertificateState(plan);
  if (kept === undefined) return undefined;
  const { validTo } = new X509Certificate(kept.cert);
  return Date.parse(validTo) > now
    ? { ...keptCertificate(kept.cert, kept.key), selfSigned: false }
    : undefined;
}

/** From when to when the kept certificate is good, milliseconds since the epoch. */
export async function keptLife(
  plan: AcmePlan,
): Promise<{ readonly from: number; readonly to: number } | undefined> {
  const kept = await readCertificateState(plan);
  if (kept === undefined) return undefined;
  const { validFrom, validTo } = new X509Certificate(kept.cert);
  return { from: Date.parse(validFrom), to: Date.parse(validTo) };
}

export function keepCertificate(plan: KeptName, cert: string, key: string): Promise<void> {
  return writeState(certificateFile(plan), { names: plan.names, cert, key });
}

function certificateFile({ folder, directory, names }: KeptName): string {
  return path.join(folder, `${names[0] ?? 'none'}-${digest([directory, ...names])}.json`);
}

function accountFile({ folder, directory }: AcmePlan): string {
  return path.join(folder, `account-${digest([directory])}.json`);
}

/** Other names, or another issuer, are another certificate. */
function digest(words: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(words)).digest('hex').slice(0, 12);
}

async function readCertificateState(
  plan: AcmePlan,
): Promise<{ readonly cert: string; readonly key: string } | undefined> {
  const { cert, key } = (await readState(certificateFile(plan))) ?? {};
  return typeof cert === 'string' && typeof key === 'string' ? { cert, key } : undefined;
}
