import type { TLSSocket } from 'node:tls';
import type { TlsSession } from './tls-session.ts';

/** Whether a data connection under TLS belongs to its control connection, and what that means. */
export type BindingVerdict =
  | { readonly verdict: 'accept' }
  | { readonly verdict: 'unproven' | 'refuse'; readonly because: string };

/**
 * A resumed session proves it: the tickets of a server's session open under the keys of that session only. `needsProof`: the
 * peer's address is another than the control connection's, and nothing but TLS can vouch for it.
 */
export function checkBinding(session: TlsSession, tls: TLSSocket, needsProof: boolean): BindingVerdict {
  const { binding, role } = session;
  if (needsProof && binding === 'off') {
    return { verdict: 'refuse', because: 'the binding of TLS sessions, which could prove it, is off' };
  }
  if (binding === 'off' || session.isProven(tls)) return { verdict: 'accept' };
  const because =
    role === 'server'
      ? 'the client did not resume the TLS session of its control connection'
      : 'the server did not resume the TLS session of the control connection';
  return { verdict: needsProof || binding === 'require' ? 'refuse' : 'unproven', because };
}
