import type { Observations } from './observations.ts';

/** Products whose settings the doctor knows, and others that it can name. */
export type Product =
  | 'vsftpd'
  | 'proftpd'
  | 'pure-ftpd'
  | 'filezilla'
  | 'iis'
  | 'duoport'
  | 'pyftpdlib'
  | 'sftpgo';

const signs: readonly (readonly [Product, RegExp])[] = [
  ['duoport', /\bduoport\b/i],
  ['vsftpd', /\bvsftpd\b/i],
  ['proftpd', /\bproftpd\b/i],
  ['pure-ftpd', /\bpure-?ftpd\b/i],
  ['filezilla', /\bfilezilla server\b/i],
  ['iis', /\bmicrosoft ftp service\b/i],
  ['pyftpdlib', /\bpyftpdlib\b/i],
  ['sftpgo', /\bsftpgo\b/i],
];

/** By its greeting, by what it says to SYST, or by a line of FEAT that nobody else has. Undefined: unknown, or hidden. */
export function productOf({ control }: Pick<Observations, 'control'>): Product | undefined {
  if (control.feat.some((line) => /^\s*SITE PROBE\b/i.test(line))) return 'duoport';
  for (const text of [control.greeting?.text, control.system]) {
    const found = signs.find(([, sign]) => text !== undefined && sign.test(text));
    if (found !== undefined) return found[0];
  }
  // FEAT of vsftpd is the only one with all of these and neither MLST nor a product name; ESTP is Pure-FTPd's alone.
  const feat = control.feat.map((line) => line.trim().toUpperCase());
  if (feat.includes('ESTP')) return 'pure-ftpd';
  if (feat.includes('EPRT') && feat.includes('TVFS') && !feat.some((line) => line.startsWith('MLST')))
    return 'vsftpd';
  return undefined;
}
