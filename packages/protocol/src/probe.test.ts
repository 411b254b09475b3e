import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { endpoint } from './endpoint.ts';
import { isFault } from './fault.ts';
import {
  decodeLetters,
  decodeNonce,
  decodeNonceArgument,
  decodeProbe,
  encodeLetters,
  encodeNonce,
  type ProbeView,
  probeReply,
} from './probe.ts';
import { reply } from './reply.ts';

const passive: ProbeView = {
  peer: endpoint('203.0.113.9', 40123),
  local: endpoint('10.0.0.2', 21),
  received: undefined,
  sent: 'Entering Passive Mode (10,0,0,2,156,64).',
  arrival: 'half-open',
  dial: undefined,
  sourcePort: undefined,
};
const active: ProbeView = {
  peer: endpoint('2001:db8::9', 40123),
  local: endpoint('2001:db8::2', 21),
  received: '|2|2001:db8::9|5000|',
  sent: undefined,
  arrival: undefined,
  dial: 'dialling',
  sourcePort: 20,
};

test('what a server tells comes back', () => {
  for (const view of [passive, active]) assert.deepEqual(decodeProbe(probeReply(view)), view);
});

test('no digit, dot, comma or bar stands in it for a helper to rewrite', () => {
  for (const view of [passive, active]) {
    for (const line of probeReply(view).lines) assert.match(line, /^[A-Za-z= :-]+$/);
  }
});

test('letters carry any text', () => {
  fc.assert(fc.property(fc.string(), (text) => decodeLetters(encodeLetters(text)) === text));
  assert.equal(encodeLetters('1,'), 'dbcm');
  for (const wrong of ['a', 'zz', 'AB', 'a b', 'aé']) assert.ok(isFault(decodeLetters(wrong)), wrong);
});

test('garbage is a fault or a view without the fact, never an exception', () => {
  for (const lines of [[], ['Probe:', 'End'], ['Probe:', ' peer=zz', ' local=', 'End']]) {
    assert.ok(isFault(decodeProbe({ code: 211, lines })));
  }
  const lies = probeReply({ ...passive }).lines.map((line) =>
    line.replace('half-open', 'stolen').replace(/sent=\w+/, 'sent=z'),
  );
  const view = decodeProbe(reply(211, ...lies));
  assert.ok(!isFault(view));
  assert.equal(view.arrival, undefined);
  assert.equal(view.sent, undefined);
  fc.assert(
    fc.property(fc.array(fc.string()), (text) => {
      decodeProbe({ code: 211, lines: text });
    }),
  );
});

test('a port beyond 65535 is no endpoint', () => {
  const lines = [
    'Probe:',
    ` peer=${encodeLetters('1.2.3.4:99999')}`,
    ` local=${encodeLetters('::1')}`,
    'End',
  ];
  assert.ok(isFault(decodeProbe({ code: 211, lines })));
});

test('the nonce comes back with both ends', () => {
  const view = { nonce: 'qwerty', peer: passive.peer, local: active.local };
  assert.deepEqual(decodeNonce(encodeNonce(view)), view);
  assert.ok(isFault(decodeNonce(encodeNonce(view).subarray(0, 20))));
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      decodeNonce(bytes);
    }),
  );
});

test('a nonce is letters only', () => {
  assert.equal(decodeNonceArgument('abc'), 'abc');
  for (const wrong of ['', 'ABC', 'a1', 'a b', 'x'.repeat(65)])
    assert.ok(isFault(decodeNonceArgument(wrong)), wrong);
});
