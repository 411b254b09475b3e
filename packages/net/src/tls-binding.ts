import type { TLSSocket } from 'node:tls';
import type { TlsSession } from './tls-session.ts';

/** Whether a data connection under TLS belongs to its control connection, and what that means. `told`: with what to do about it. */
export type BindingVerdict =
  | { readonly verdict: 'accept' }
  | { readonly verdict: 'unproven'; readonly because: string }
  | { readonly verdict: 'refuse'; readonly told: string };

/**
 * A resumed session proves it: the tickets of a server's session open under the keys of that session only. `needsProof`: the
 * peer's address is another than the control connection's, and nothing but TLS can vouch for it.
 */
export function checkBinding(session: TlsSession, tls: TLSSocket, needsProof: boolean): BindingVerdict {
  const { binding, role } = session;
  if (needsProof && binding === 'off') {
    const told =
      'The data connection comes from another address than the control connection, and the binding of TLS sessions, which could prove it, is off';
    return { verdict: 'refuse', told };
  }
  if (binding === 'off' || session.isProven(tls)) return { verdict: 'accept' };
  if (needsProof || binding === 'require') return { verdict: 'refuse', told: refusal[role] };
  const because =
    role === 'server'
      ? 'the client did not resume the TLS session of its control connection'
      : 'the server did not resume the TLS session of the control connection';
  return { verdict: 'unproven', because };
}

const refusal = {
  server:
    'The data connection did not resume the TLS session of its control connection, which proves here whose it is: ' +
    'turn on the reuse of TLS sessions in your client, or use one that does it (FileZilla, WinSCP, lftp, curl, duoport)',
  client:
    'The data connection does not prove that it belongs to the control connection: the server did not resume its TLS session',
} as const;
