import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attemptBefore, attemptsThatFail, attemptsThatWork, mustWork } from './attempt.ts';
import type { ProofCase } from './case.ts';
import { proofCases } from './cases.ts';
import { expectedOf, scansOf } from './scans.ts';

function find(name: string): ProofCase {
  const found = proofCases.find((one) => one.name === name);
  assert.ok(found, name);
  return found;
}

/** What must come through each scan, in short: how many ports, the first and the last. */
function opened(name: string): readonly string[] {
  const one = find(name);
  return scansOf(one).map((scan) => {
    const texts = [...expectedOf(one, scan)];
    return texts.length === 0 ? 'nothing' : `${texts.length}: ${texts[0]} … ${texts.at(-1)}`;
  });
}

test('every case has a name of its own', () => {
  assert.equal(new Set(proofCases.map(({ name }) => name)).size, proofCases.length);
});

test('what must be open is what FTP needs: passive on the server’s host', () => {
  const range = '51: 203.0.113.2 21 … 203.0.113.2 50049';
  const stranger = '52: 203.0.113.2 21 … 203.0.113.2 50049';
  assert.deepEqual(opened('nftables, server: passive, range'), [range, range, stranger, 'nothing']);
  const named = opened('nftables, server: both, range');
  assert.equal(named[2], '1: 203.0.113.2 2222 … 203.0.113.2 2222', 'the stranger has his own port only');
  assert.equal(opened('nftables, server: passive, helper')[0], '1: 203.0.113.2 21 … 203.0.113.2 21');
});

test('what must be open: active mode from port 20 and from no other', () => {
  const [from20, from33333, stranger, udp] = opened('iptables, client: both, range');
  assert.equal(from20, '100: 198.51.100.2 42000 … 198.51.100.2 42099');
  assert.deepEqual([from33333, udp], ['nothing', 'nothing']);
  assert.equal(stranger, '1: 198.51.100.2 2222 … 198.51.100.2 2222');
});

test('what must be open behind port forwarding: the other ports outside, and nothing for who dials the inside', () => {
  const [outside, , , inner] = opened('nftables, forward: passive, other ports outside');
  assert.equal(outside, '51: 203.0.113.2 21 … 203.0.113.2 50049');
  assert.equal(inner, 'nothing');
});

test('who must get through: helper without range is for plain FTP', () => {
  const one = find('nftables, routed: both, helper');
  assert.equal(mustWork(one, { verb: 'EPSV', secure: false }), true);
  assert.equal(mustWork(one, { verb: 'EPSV', secure: true }), false);
  assert.equal(
    mustWork(find('nftables, client: active, range'), { verb: 'PASV', secure: true }),
    true,
    'outward',
  );
  const passive = find('ufw, server: passive, range');
  assert.equal(attemptBefore(passive)?.verb, 'PASV');
  assert.ok(attemptsThatWork(passive).some(({ client }) => client === 'lftp'));
  assert.equal(attemptBefore(find('iptables, client: passive, range')), undefined, 'nothing is shut for it');
  assert.deepEqual(
    attemptsThatFail(find('nftables, routed: passive, range')).map(({ verb, secure }) => `${verb} ${secure}`),
    ['EPRT false', 'EPRT true'],
  );
});
