import type { ClientHello } from './client-hello.ts';

/** What can be seen from outside of a ClientHello that resumes a session: the key name of its ticket, or the session's id. */
export function markOf(kind: 'ticket' | 'session', bytes: Uint8Array): string {
  return `${kind}:${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`;
}

/** As `TlsSession.marks` writes them: a ticket by its key name, which is its first 16 bytes, and a session by its id. */
export function marksOf({ sessionId, tickets }: ClientHello): ReadonlySet<string> {
  return new Set([
    ...tickets.map((ticket) => markOf('ticket', ticket.subarray(0, 16))),
    ...(sessionId.length > 0 ? [markOf('session', sessionId)] : []),
  ]);
}
