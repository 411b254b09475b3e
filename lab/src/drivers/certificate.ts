import { join } from 'node:path';
import { runProcess } from '../processes.ts';

/** PEM files. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** A self-signed certificate in a folder. Clients of the lab take any: the lab is about reaching, not about trust. */
export async function makeCertificate(openssl: string, folder: string): Promise<CertificateFiles> {
  const key = join(folder, 'key.pem');
  const certificate = join(folder, 'certificate.pem');
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30'];
  const files = ['-keyout', key, '-out', certificate];
  const made = await runProcess([openssl, 'req', '-x509', ...kind, '-subj', '/CN=lab.invalid', ...files]);
  if (made.status !== 0) throw new Error(`openssl req failed: ${made.stderr.trim()}`);
  return { certificate, key };
}
