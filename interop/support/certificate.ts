import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { need } from './programs.ts';

/** A self-signed certificate for loopback; `both` has key and certificate in one file. */
export interface Certificate {
  readonly key: string;
  readonly certificate: string;
  readonly both: string;
}

export function makeCertificate(folder: string): Certificate {
  const key = join(folder, 'key.pem');
  const certificate = join(folder, 'certificate.pem');
  const both = join(folder, 'both.pem');
  const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1';
  const made = spawnSync(
    need('openssl'),
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '30',
    ].concat(['-subj', '/CN=localhost', '-addext', names, '-keyout', key, '-out', certificate]),
    { encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`openssl req failed: ${made.stderr}`);
  writeFileSync(both, readFileSync(key, 'utf8') + readFileSync(certificate, 'utf8'));
  for (const file of [key, both]) chmodSync(file, 0o600);
  return { key, certificate, both };
}
