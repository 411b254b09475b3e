/** What can be seen from outside of a ClientHello that resumes a session: the key name of its ticket, or the session's id. */
export function markOf(kind: 'ticket' | 'session', bytes: Uint8Array): string {
  return `${kind}:${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`;
}
