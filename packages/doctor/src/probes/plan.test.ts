import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attempt } from '../observations.ts';
import { draft, type Try } from './attempt.ts';
import {
  nextPunch,
  planFollowUps,
  planNext,
  planPunch,
  planShares,
  planTries,
  planUnresumed,
  planWrite,
} from './plan.ts';

const list = { verb: 'LIST', argument: undefined } as const;

function tried(verb: Try['verb'], more: Partial<Attempt> = {}): Attempt {
  const { secure = false } = more;
  return { ...draft({ verb, secure, transfer: list }), ...more };
}

function names(tries: readonly Try[]): string[] {
  return tries.map(({ verb, secure, hidden, peerOnly }) =>
    [verb, secure && 'tls', hidden && 'hidden', peerOnly && 'peer'].filter(Boolean).join(' '),
  );
}

test('IPv4, in clear and under TLS: eight tries, the clear ones first', () => {
  const tries = planTries({ family: 4, clear: true, secure: true, nonce: false });
  assert.deepEqual(names(tries), [
    'PASV',
    'EPSV',
    'PORT',
    'EPRT',
    'PASV tls',
    'EPSV tls',
    'PORT tls',
    'EPRT tls',
  ]);
  assert.ok(tries.every(({ transfer }) => transfer.verb === 'LIST'));
});

test('IPv6 has no PASV and no PORT', () => {
  assert.deepEqual(names(planTries({ family: 6, clear: true, secure: false, nonce: false })), [
    'EPSV',
    'EPRT',
  ]);
});

test('only what the server lets in, and only verbs that were asked for', () => {
  const known = { family: 4, clear: false, secure: true, nonce: false, verbs: ['EPSV', 'PORT'] } as const;
  assert.deepEqual(names(planTries(known)), ['EPSV tls', 'PORT tls']);
  assert.deepEqual(planTries({ family: 4, clear: false, secure: false, nonce: false }), []);
});

test('after a listing come a small file and, from a server of our own kind, a nonce', () => {
  const done: Try = { verb: 'PASV', secure: false, transfer: list };
  const known = { family: 4, clear: true, secure: false, nonce: true } as const;
  assert.deepEqual(
    planNext(done, known, { file: 'a.txt', nonce: 'abc' }).map(({ transfer }) => transfer),
    [
      { verb: 'RETR', argument: 'a.txt' },
      { verb: 'SITE', argument: 'NONCE abc' },
    ],
  );
  assert.deepEqual(planNext(done, { ...known, nonce: false }, { file: undefined, nonce: 'abc' }), []);
  assert.deepEqual(planNext({ ...done, hidden: true }, known, { file: 'a.txt', nonce: 'abc' }), []);
});

test('an active try that failed in clear is made again where no helper looks', () => {
  const announced = { address: '192.168.1.5', port: 40_000 };
  const attempts = [
    tried('PASV'),
    tried('PORT', { announced }),
    tried('EPRT', { announced, secure: true }),
    tried('EPRT', { announced, outcome: 'works' }),
  ];
  assert.deepEqual(names(planFollowUps(attempts, '10.0.0.5')), ['PORT hidden']);
});

test('not when the SYN came here, and not when the server received what was sent', () => {
  const announced = { address: '192.168.1.5', port: 40_000 };
  const syn = { address: '203.0.113.5', port: 20, ttl: 61 };
  const server = {
    peer: { address: '203.0.113.1', port: 5000 },
    local: { address: '203.0.113.5', port: 21 },
    received: '192,168,1,5,156,64',
    sent: undefined,
    arrival: undefined,
    dial: 'timed-out',
    sourcePort: 20,
  } as const;
  assert.deepEqual(planFollowUps([tried('PORT', { announced, synsSeen: [syn] })], '10.0.0.5'), []);
  assert.deepEqual(planFollowUps([tried('PORT', { announced, server })], '10.0.0.5'), []);
  const rewritten = { ...server, received: '203,0,113,1,156,64' };
  assert.deepEqual(names(planFollowUps([tried('PORT', { announced, server: rewritten })], '10.0.0.5')), [
    'PORT hidden',
  ]);
});

test('an announced address that opens and fails is tried again at the server itself', () => {
  const dial = (address: string, how: 'open' | 'silent') => ({
    to: { address, port: 4000 },
    how,
    errno: undefined,
    took: 1,
    icmpFrom: undefined,
    ttl: undefined,
  });
  const dials = [dial('192.0.2.1', 'open')];
  assert.deepEqual(names(planFollowUps([tried('PASV', { dials })], '10.0.0.5')), ['PASV peer']);
  assert.deepEqual(planFollowUps([tried('PASV', { dials: [dial('192.0.2.1', 'silent')] })], '10.0.0.5'), []);
});

test('whether the session is wanted is tried with a passive verb that works under TLS', () => {
  const tls = { how: 'done', reused: true, error: undefined } as const;
  const works = tried('EPSV', { secure: true, outcome: 'works', tls });
  assert.equal(planUnresumed([tried('PASV', { secure: true }), works])?.verb, 'EPSV');
  assert.equal(planUnresumed([tried('PORT', { secure: true, outcome: 'works', tls })]), undefined);
});

test('punching is for an active try that nothing came of, and only when packets can be seen', () => {
  const agreed = { code: 200, text: 'ok' };
  const silent = tried('PORT', { agreed, transfer: 'LIST', synsSeen: [] });
  assert.equal(planPunch([silent]), silent);
  assert.equal(planPunch([{ ...silent, synsSeen: undefined }]), undefined);
  assert.equal(
    planPunch([{ ...silent, synsSeen: [{ address: '192.0.2.1', port: 20, ttl: 60 }] }]),
    undefined,
  );
  assert.equal(planPunch([{ ...silent, agreed: { code: 500, text: 'no' } }]), undefined);
});

test('the smallest TTL that opens the way is found by halving', () => {
  for (const blocker of [1, 2, 3, 4, 5, 6]) {
    let known: { opens: number | undefined; shut: number } = { opens: undefined, shut: 0 };
    let steps = 0;
    for (let ttl = nextPunch(known, 7); ttl !== undefined; ttl = nextPunch(known, 7)) {
      known = ttl > blocker ? { ...known, opens: ttl } : { ...known, shut: ttl };
      steps += 1;
    }
    assert.equal(known.opens, blocker + 1);
    assert.ok(steps <= 4);
  }
  assert.equal(nextPunch({ opens: undefined, shut: 7 }, 7), undefined);
});

test('something is stored by a way that works, under TLS first', () => {
  assert.equal(planWrite([tried('PASV')]), undefined);
  assert.equal(
    planWrite([tried('PASV', { outcome: 'works' }), tried('EPRT', { secure: true, outcome: 'works' })])?.verb,
    'EPRT',
  );
});

test('eight silent tries with their hops fit into the first part of every budget', () => {
  for (const budget of [10_000, 30_000, 60_000, 300_000]) {
    const { patience, afterwards } = planShares(budget, undefined);
    const rounds = Math.ceil(8 / 3);
    assert.ok(rounds * (patience + 1900) <= budget || budget < 20_000, `${budget}`);
    assert.ok(afterwards < budget / 2);
    assert.ok(patience <= 4000);
  }
});
