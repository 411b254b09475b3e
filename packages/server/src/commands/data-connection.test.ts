import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contextOf, replyTo, type Scene, told } from '../../test/handlers.ts';

const v6: Scene = {
  peer: { address: '::1', port: 40_000, family: 6 },
  local: { address: '::1', port: 2121, family: 6 },
};
const abroad: Scene = {
  peer: { address: '198.51.100.7', port: 40_000, family: 4 },
  local: { address: '203.0.113.1', port: 21, family: 4 },
};

test('PORT, EPRT and LPRT take the address of the control connection', async () => {
  assert.equal(await told('PORT 127,0,0,1,200,1'), '200 PORT successful');
  assert.equal(await told('EPRT |1|127.0.0.1|51201|'), '200 EPRT successful');
  assert.equal(await told('EPRT !2!::1!51201!', v6), '200 EPRT successful');
  assert.equal(await told('LPRT 4,4,127,0,0,1,2,200,1'), '200 LPRT successful');
  assert.equal(await told('LPRT 6,16,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,2,200,1', v6), '200 LPRT successful');
});

const bounces = [
  ['another host', 'PORT 127,0,0,2,200,1', /not the control connection's peer/],
  [
    'another host',
    'EPRT |1|198.51.100.8|51201|',
    /documentation address and the control connection's peer 127.0.0.1 is not/,
  ],
  ['another host', 'LPRT 4,4,10,0,0,1,2,200,1', /is not/],
  ['port 22', 'PORT 127,0,0,1,0,22', /port 22 .* only 1024 to 65535/],
  ['port 22', 'EPRT |1|127.0.0.1|22|', /port 22/],
  ['port 1023', 'PORT 127,0,0,1,3,255', /port 1023/],
] as const;

for (const [name, line, because] of bounces) {
  test(`attack: ${line.split(' ', 1)} to ${name} (${line})`, async () => {
    const reply = await replyTo(line);
    assert.equal(reply.code, 504);
    assert.match(reply.lines[0] ?? '', because);
  });
}

test('attack: PORT to port 0', async () => {
  for (const line of ['PORT 127,0,0,1,0,0', 'EPRT |1|127.0.0.1|0|', 'LPRT 4,4,127,0,0,1,2,0,0'])
    assert.ok([501, 504].includes((await replyTo(line)).code), line);
});

test('attack: a stranger makes the server dial into its own network, even where any peer is allowed', async () => {
  const options = { peers: { kind: 'any' } } as const;
  for (const inner of ['127,0,0,1', '10,0,0,1', '192,168,0,1', '169,254,169,254'])
    assert.equal((await replyTo(`PORT ${inner},200,1`, { ...abroad, options })).code, 504, inner);
  assert.equal((await replyTo('PORT 192,0,2,1,200,1', abroad)).code, 504);
  assert.equal((await replyTo('PORT 8,8,8,8,200,1', { ...abroad, options })).code, 200);
  assert.equal((await replyTo('PORT 8,8,8,8,0,25', { ...abroad, options })).code, 504);
});

test('attack: after a refused PORT nothing is dialled, an earlier one neither', async () => {
  const { data } = contextOf('NOOP');
  assert.equal(data.active({ address: '127.0.0.1', port: 51_201, family: 4 }), undefined);
  assert.equal(data.kind, 'active');
  assert.notEqual(data.active({ address: '127.0.0.1', port: 22, family: 4 }), undefined);
  assert.equal(data.kind, 'none');
});

const garbage = [
  'PORT 1,2,3',
  'PORT 256,0,0,1,1,1',
  'PORT 127,0,0,1,1,1,1',
  'PORT a,b,c,d,e,f',
  'PORT 127.0.0.1.4.4',
  'EPRT |1|127.0.0.1|',
  'EPRT |1|localhost|5000|',
  'EPRT |1|127.0.0.1|70000|',
  'LPRT 4,4,127,0,0,1',
  'EPSV 7x',
];

for (const line of garbage)
  test(`attack: garbage in ${line}`, async () => assert.equal((await replyTo(line)).code, 501));

test('the other family is 522, with the one that works', async () => {
  assert.match(await told('EPRT |2|::1|51201|'), /^522 .*\(1\)/);
  assert.match(await told('EPRT |1|127.0.0.1|51201|', v6), /^522 .*\(2\)/);
  assert.match(await told('EPRT |9|x|51201|'), /^522 .*\(1\)/);
  assert.match(await told('EPSV 2'), /^522 .*\(1\)/);
  assert.match(await told('EPSV 1', v6), /^522 .*\(2\)/);
  assert.equal((await replyTo('LPRT 9,1,1,2,200,1')).code, 521);
  assert.equal((await replyTo('PASV', v6)).code, 425);
});

test('EPSV ALL is a promise that costs no port', async () => {
  assert.equal((await replyTo('EPSV ALL')).code, 200);
  assert.equal((await replyTo('EPSV all')).code, 200);
});

test('PRET names a transfer that comes', async () => {
  assert.equal((await replyTo('PRET STOR a b')).code, 200);
  assert.equal((await replyTo('PRET list')).code, 200);
  assert.equal((await replyTo('PRET NOOP')).code, 501);
});

test('ESTA and ESTP need what they connect', async () => {
  assert.equal((await replyTo('ESTA')).code, 520);
  assert.equal((await replyTo('ESTP')).code, 520);
});
