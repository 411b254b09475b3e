import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Effective } from '../config/load-settings.ts';
import { readText } from '../flags/connection-flags.ts';
import { UsageError } from '../usage-error.ts';

/** How the issuer is shown that the names lead here. */
export type AcmeProof =
  | { readonly kind: 'http-01'; readonly host: string | undefined; readonly port: number }
  | { readonly kind: 'webroot'; readonly folder: string }
  /** `shared`: a listener of the server has the port already. */
  | {
      readonly kind: 'tls-alpn-01';
      readonly host: string | undefined;
      readonly port: number;
      readonly shared: boolean;
    };

/** A certificate that is fetched. Plain data. */
export interface AcmePlan {
  readonly names: readonly string[];
  readonly email: string | undefined;
  readonly directory: string;
  /** PEM. */
  readonly ca: string | undefined;
  readonly proof: AcmeProof;
  readonly account: { readonly keyId: string; readonly key: string } | undefined;
  /** Absolute. */
  readonly folder: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Undefined: none is to be fetched. Throws UsageError that names the key. */
export async function acmePlan(
  { settings, origins }: Effective,
  env: Environment,
): Promise<AcmePlan | undefined> {
  const { acme } = settings;
  if (acme.names === undefined) return undefined;
  const { 'eab-key-id': keyId, 'eab-key-file': keyFile } = acme;
  const { webroot } = acme;
  if (webroot !== undefined && !existsSync(webroot))
    throw new UsageError(`${origins.where('acme.webroot')}There is no such folder.`);
  const at = 'acme.eab-key-file';
  const key = keyFile && (await readText(origins.label(at), keyFile)).split(/\r?\n/, 1)[0];
  return {
    names: acme.names.map((name) => name.toLowerCase()),
    email: acme.email,
    directory: acme.directory,
    ca: acme.ca === undefined ? undefined : await readText(origins.label('acme.ca'), acme.ca),
    proof: proofOf(settings),
    account: keyId === undefined || key === undefined ? undefined : { keyId, key },
    folder: acme.folder ?? usualFolder(env),
  };
}

function proofOf({ acme, listeners = [] }: Effective['settings']): AcmeProof {
  const { challenge, listen, webroot } = acme;
  if (challenge === 'http-01') {
    return webroot === undefined
      ? { kind: 'http-01', host: listen?.host, port: listen?.port ?? 80 }
      : { kind: 'webroot', folder: webroot };
  }
  const port = listen?.port ?? 443;
  const shared = listeners.some((one) => one.port === port && one.tls === 'implicit');
  return { kind: 'tls-alpn-01', host: listen?.host, port, shared };
}

/** systemd names a service its own; the XDG specification says where the others keep theirs. */
function usualFolder({ STATE_DIRECTORY: service, XDG_STATE_HOME: state, HOME: home }: Environment): string {
  const [own] = (service ?? '').split(':');
  if (own !== undefined && own !== '') return path.join(own, 'acme');
  const base = state ?? path.join(home ?? homedir(), '.local', 'state');
  return path.join(base, 'duoport', 'serve', 'acme');
}
