import { stat } from 'node:fs/promises';
import type { ClientCertificateSettings } from '@duoport/net';
import { type AcmePlan, acmePlan } from '../acme/acme-plan.ts';
import { keptAcmeCertificate } from '../acme/acme-store.ts';
import type { Effective } from '../config/load-settings.ts';
import { readText } from '../flags/connection-flags.ts';
import { printable } from '../printable.ts';
import { type Certificate, makeCertificate, readCertificate } from './certificate.ts';
import { endingSoon } from './certificate-fault.ts';
import { contentsOf } from './file-watch.ts';

/** What a server shows of itself, and what it asks of its clients. Plain data: worker processes get it too. */
export interface TlsPlan {
  /** The first one is for whoever asks for none in particular. */
  readonly certificates: readonly Certificate[];
  /** There will be one, when it has been fetched. */
  readonly awaited: boolean;
  readonly clients: ClientCertificateSettings | undefined;
  readonly acme: AcmePlan | undefined;
  /** What works, and should not be left as it is. */
  readonly warnings: readonly string[];
  /** Files that all this was read from. */
  readonly files: readonly string[];
  /** What stood in them, as a digest. */
  readonly contents: string;
}

/** Reads what the settings name. `env` says where state is kept. Throws UsageError that names the flag, or the line of the file. */
export async function planTls(
  effective: Effective,
  env: Readonly<Record<string, string | undefined>>,
): Promise<TlsPlan> {
  const { settings } = effective;
  const sources = sourcesOf(effective);
  const files = filesOf(effective);
  // Before they are read: what is written meanwhile is a change.
  const contents = await contentsOf(files);
  const acme = await acmePlan(effective, env);
  const fetched = acme && (await keptAcmeCertificate(acme, Date.now()));
  const read = await Promise.all(sources.map(({ files, names }) => named(readCertificate(files), names)));
  const certificates = [
    ...(settings.tls['self-signed'] ? [await makeCertificate()] : []),
    ...read,
    ...(fetched === undefined ? [] : [fetched]),
  ];
  const clients = await clientsOf(effective);
  return {
    certificates,
    awaited: acme !== undefined && certificates.length === 0,
    clients,
    acme,
    warnings: [...(await openKeys(sources.map(({ files }) => files.key))), ...soonOver(read, Date.now())],
    files,
    contents,
  };
}

/** A sentence for each certificate that has run out or soon will. `now`: milliseconds since the epoch. */
export function soonOver(certificates: readonly Certificate[], now: number): readonly string[] {
  return certificates.flatMap(({ hosts, expires }) => {
    const ending = endingSoon(expires, now);
    return ending === undefined ? [] : [`The certificate for ${printable(hosts)} ${ending}.`];
  });
}

async function named(
  certificate: Promise<Certificate>,
  names: readonly string[] | undefined,
): Promise<Certificate> {
  return { ...(await certificate), names };
}

function sourcesOf({ settings: { tls }, origins }: Effective) {
  const { certificate, key } = tls;
  const first =
    certificate === undefined || key === undefined
      ? []
      : [{ at: 'tls', certificate, key, 'passphrase-file': tls['passphrase-file'], names: undefined }];
  const more = (tls.certificates ?? []).map((each, index) => ({ at: `tls.certificates.${index}`, ...each }));
  return [...first, ...more].map(({ at, certificate: cert, key: itsKey, names, ...rest }) => ({
    names,
    files: {
      cert,
      key: itsKey,
      passphrase: rest['passphrase-file'],
      labels: {
        cert: origins.label(`${at}.certificate`),
        key: origins.label(`${at}.key`),
        passphrase: origins.label(`${at}.passphrase-file`),
      },
    },
  }));
}

function filesOf(effective: Effective): readonly string[] {
  const { tls } = effective.settings;
  const asked = tls['client-certificates'] !== 'none';
  const ofClients = asked ? [tls['client-authorities'], ...(tls['client-revocations'] ?? [])] : [];
  const own = sourcesOf(effective).flatMap(({ files: { cert, key, passphrase } }) => [cert, key, passphrase]);
  return [...own, ...ofClients].filter((file) => file !== undefined);
}

async function clientsOf({
  settings: { tls },
  origins,
}: Effective): Promise<ClientCertificateSettings | undefined> {
  const { 'client-certificates': wanted, 'client-authorities': authorities } = tls;
  if (wanted === 'none' || authorities === undefined) return undefined;
  const lists = tls['client-revocations'];
  const read = (path: string, file: string) => readText(origins.label(path), file);
  const crl =
    lists && (await Promise.all(lists.map((file, index) => read(`tls.client-revocations.${index}`, file))));
  return { wanted, ca: await read('tls.client-authorities', authorities), crl };
}

async function openKeys(files: readonly string[]): Promise<readonly string[]> {
  if (process.platform === 'win32') return [];
  const facts = await Promise.all(files.map(async (file) => ({ file, mode: (await stat(file)).mode })));
  return facts
    .filter(({ mode }) => (mode & 0o004) !== 0)
    .map(({ file }) => `Everybody on this machine can read the key ${printable(file)}: chmod o-r it.`);
}
