import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { endpoint } from './endpoint.ts';
import {
  decodeEprt,
  decodeEpsv,
  decodeEpsvArgument,
  decodeProtocols,
  encodeEprt,
  encodeEpsv,
  encodeProtocols,
  extendedPassiveReply,
} from './extended-port.ts';
import { isFault } from './fault.ts';
import type { Quirk } from './quirks.ts';

const four = endpoint('132.235.1.2', 6275);
const six = endpoint('1080::8:800:200c:417a', 5282);

const eprt: readonly (readonly [string, typeof four, readonly Quirk[]])[] = [
  ['|1|132.235.1.2|6275|', four, []],
  ['|2|1080::8:800:200C:417A|5282|', six, []],
  ['!1!132.235.1.2!6275!', four, ['unusual-delimiter']],
  ['|1|132.235.1.2|6275', four, ['missing-delimiter']],
  ['|2|::ffff:132.235.1.2|6275|', four, []],
  ['|1|132.235.1.2|6275| ', four, []],
];

for (const [text, expected, quirks] of eprt) {
  test(`EPRT: ${text}`, () => assert.deepEqual(decodeEprt(text), { endpoint: expected, quirks }));
}

const bad = [
  '',
  '|',
  '|1|132.235.1.2|',
  '|1|132.235.1.2|0|',
  '|1|132.235.1.2|65536|',
  '|1|::1|21|',
  '|2|132.235.1.2|21|',
  '|2|fe80::1%eth0|21|',
  '|1|host|21|',
  '111.1|21|',
  '1|1|1.2.3.4|21|',
  '|1|1.2.3.4|21|x',
  '|x|1.2.3.4|21|',
  '|1|1.2.3.4|-1|',
  '|1|1.2.3.4|2e3|',
  ' |1|1.2.3.4|21|',
  '\udcff1\udcff1.2.3.4\udcff21\udcff',
];
for (const text of bad) {
  test(`EPRT: ${JSON.stringify(text)} is a fault of syntax`, () => {
    const decoded = decodeEprt(text);
    assert.ok(isFault(decoded) && decoded.reason === 'syntax');
  });
}

test('EPRT: a protocol that nobody knows is told apart, for 522', () => {
  for (const text of ['|3|1.2.3.4|21|', '|0|1.2.3.4|21|', '|99|x|21|']) {
    const decoded = decodeEprt(text);
    assert.ok(isFault(decoded) && decoded.reason === 'protocol', text);
  }
});

const epsv: readonly (readonly [string, number, readonly Quirk[]])[] = [
  ['Entering Extended Passive Mode (|||6446|)', 6446, []],
  ['Entering Extended Passive Mode (|||6446|).', 6446, []],
  ['EPSV ok (|||6446|)', 6446, ['unusual-text']],
  ['Entering Extended Passive Mode (!!!6446!)', 6446, ['unusual-delimiter']],
  ['Entering Extended Passive Mode (|||6446)', 6446, ['missing-delimiter']],
  ['Entering Extended Passive Mode |||6446|', 6446, ['no-parentheses']],
  ['Entering Extended Passive Mode (@@@6446@)', 6446, ['unusual-delimiter']],
];

for (const [text, port, quirks] of epsv) {
  test(`229: ${text}`, () => assert.deepEqual(decodeEpsv(text), { port, quirks }));
}

test('229: an address, which RFC 2428 leaves empty, is handed out with a quirk', () => {
  assert.deepEqual(decodeEpsv('Entering Extended Passive Mode (|1|192.0.2.1|6446|)'), {
    port: 6446,
    address: '192.0.2.1',
    quirks: ['address-in-229'],
  });
});

for (const text of [
  '',
  'none',
  '(|||)',
  '(|||0|)',
  '(|||65536|)',
  '(|||x|)',
  '(1116446 1)',
  '(||6446|)',
  '(|1|host|6446|)',
  '(|||99999999999|)',
]) {
  test(`229: ${JSON.stringify(text)} is a fault`, () => assert.ok(isFault(decodeEpsv(text))));
}

test('229: the text is the one of RFC 2428 to the letter', () => {
  assert.deepEqual(extendedPassiveReply(6446), {
    code: 229,
    lines: ['Entering Extended Passive Mode (|||6446|)'],
  });
});

test('EPSV: the argument', () => {
  assert.deepEqual(decodeEpsvArgument(undefined), { want: 'any' });
  assert.deepEqual(decodeEpsvArgument('all'), { want: 'all' });
  assert.deepEqual(decodeEpsvArgument('1'), { want: 1 });
  assert.deepEqual(decodeEpsvArgument('2'), { want: 2 });
  assert.deepEqual(decodeEpsvArgument('3'), { fault: 'network protocol 3', reason: 'protocol' });
  assert.ok(isFault(decodeEpsvArgument('some')));
});

test('522: the protocols on offer', () => {
  assert.deepEqual(decodeProtocols('Network protocol not supported, use (1,2)'), [1, 2]);
  assert.deepEqual(decodeProtocols('use ( 2 )'), [2]);
  assert.deepEqual(decodeProtocols('use (1,7,1)'), [1]);
  assert.ok(isFault(decodeProtocols('TLS session required')));
  assert.equal(encodeProtocols([1, 2]), 'Network protocol not supported, use (1,2)');
  assert.throws(() => encodeProtocols([]), { code: 'FTP_LOCAL_PROTOCOL' });
});

test('EPRT: a zone or a port out of range is refused', () => {
  assert.throws(() => encodeEprt(endpoint('fe80::1%eth0', 21)), {
    code: 'FTP_LOCAL_PROTOCOL',
    message: /zone/,
  });
  assert.throws(() => encodeEprt(endpoint('::1', 0)), { code: 'FTP_LOCAL_PROTOCOL' });
  for (const port of [0, 65_536, 1.5, Number.NaN])
    assert.throws(() => encodeEpsv(port), { code: 'FTP_LOCAL_PROTOCOL' });
});

test('EPRT and 229: what is encoded is decoded again, without a quirk', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 1, max: 65_535 }), (address, port) => {
      const of = endpoint(address, port);
      assert.deepEqual(decodeEprt(encodeEprt(of)), { endpoint: of, quirks: [] });
      assert.deepEqual(decodeEpsv(encodeEpsv(port)), { port, quirks: [] });
    }),
  );
});

test('229: every delimiter of RFC 2428 is understood', () => {
  for (let unit = 33; unit <= 126; unit++) {
    const d = String.fromCharCode(unit);
    const decoded = decodeEpsv(`Entering Extended Passive Mode (${d}${d}${d}6446${d})`);
    // Digits cannot be told from the port, although RFC 2428 §2 does not except them.
    if (unit >= 48 && unit <= 57) assert.ok(isFault(decoded), d);
    else assert.ok(!isFault(decoded) && decoded.port === 6446, d);
  }
});

test('attack: garbage gives a value or a fault, never a throw', () => {
  const text = fc.string({
    unit: fc.constantFrom('|', '1', '2', ':', '.', '(', ')', '!', '%', ' '),
    maxLength: 30,
  });
  fc.assert(
    fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), (input) => {
      void [decodeEprt(input), decodeEpsv(input), decodeEpsvArgument(input), decodeProtocols(input)];
    }),
  );
});
