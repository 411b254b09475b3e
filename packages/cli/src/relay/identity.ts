import path from 'node:path';
import { readState, writeState } from '../admin/state.ts';
import { type Certificate, keptCertificate, makeCertificate, readCertificate } from '../serve/certificate.ts';

interface IdentityFlags {
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

/** The certificate that agents know a relay by: the given one, or one that is made once and kept, for it is pinned. */
export async function relayIdentity(folder: string, flags: IdentityFlags): Promise<Certificate> {
  const { tlsCert, tlsKey } = flags;
  if (tlsCert !== undefined && tlsKey !== undefined)
    return await readCertificate({ cert: tlsCert, key: tlsKey });
  const file = path.join(folder, 'identity.json');
  const kept = await readState(file);
  if (typeof kept?.['cert'] === 'string' && typeof kept['key'] === 'string')
    return keptCertificate(kept['cert'], kept['key']);
  const made = await makeCertificate();
  await writeState(file, { cert: made.cert, key: made.key });
  return made;
}
