import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TicketHold } from './ticket-hold.ts';

/** A TLS record: type, version 3.3, length, payload. */
function record(type: number, length: number): number[] {
  return [type, 3, 3, length >> 8, length & 0xff, ...new Array<number>(length).fill(23)];
}

/** What a client sends: ClientHello, ChangeCipherSpec, and then its Finished as application data. */
const before = [...record(22, 517), ...record(20, 1), ...record(22, 0)];
const bytes = Uint8Array.from([...before, ...record(23, 53), ...record(23, 8)]);
const decisive = before.length + 5;

test('holds from the header of the first application data record on, however the bytes are cut', () => {
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const hold = new TicketHold();
    hold.see(bytes.subarray(0, cut));
    assert.equal(hold.isHolding, cut >= decisive, `cut at ${cut}`);
    hold.see(bytes.subarray(cut));
    assert.equal(hold.isHolding, true);
  }
});

test('byte by byte', () => {
  const hold = new TicketHold();
  for (const [at, byte] of bytes.entries()) {
    hold.see(Uint8Array.of(byte));
    assert.equal(hold.isHolding, at + 1 >= decisive);
  }
});

test('what was kept comes out once, in order', () => {
  const hold = new TicketHold();
  hold.keep(Uint8Array.of(1));
  hold.keep(Uint8Array.of(2));
  assert.deepEqual(hold.takeKept(), [Uint8Array.of(1), Uint8Array.of(2)]);
  assert.deepEqual(hold.takeKept(), []);
});
