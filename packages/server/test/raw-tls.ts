import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** Between the TCP connection and TLS, so that TLS can end without it. */
export function bridgeTo(raw: Socket): Duplex {
  const bridge = new Duplex({
    read: () => {},
    write: (chunk: Uint8Array, _encoding, done) => {
      raw.write(chunk, done);
    },
    final: (done) => done(),
  });
  raw.on('data', (chunk: Uint8Array) => bridge.push(chunk)).on('end', () => bridge.push(null));
  return bridge;
}

/** The session with a ticket of which only the key's name is right. */
export function forged(session: Buffer | undefined, ticket: Buffer | undefined): Buffer {
  assert.ok(session !== undefined && ticket !== undefined, 'the server gave no ticket');
  const copy = Buffer.from(session);
  const at = copy.indexOf(ticket);
  assert.ok(at > 0);
  return copy.fill(0x5a, at + 16, at + ticket.length);
}
