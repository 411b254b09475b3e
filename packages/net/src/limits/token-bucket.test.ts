import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenBucket } from './token-bucket.ts';

test('the burst passes at once, the rest at the rate', () => {
  const bucket = new TokenBucket({ rate: 100, burst: 50, now: 0 });
  assert.equal(bucket.take(50, 0), 0);
  assert.equal(bucket.take(10, 0), 100);
  assert.equal(bucket.take(10, 0), 200);
  assert.equal(bucket.take(0, 200), 0);
});

test('no more is saved up than the burst, however long nobody came', () => {
  const bucket = new TokenBucket({ rate: 100, burst: 50, now: 0 });
  assert.equal(bucket.take(60, 1e9), 100);
});

test('two who share it get the rate together, whatever the pieces', () => {
  const bucket = new TokenBucket({ rate: 1000, now: 0 });
  let sent = 0;
  const due = [0, 0];
  for (let now = 0; now < 10_000; now += 10) {
    for (const [who, piece] of [700, 90].entries()) {
      if ((due[who] ?? 0) > now) continue;
      due[who] = now + bucket.take(piece, now);
      sent += piece;
    }
  }
  assert.ok(sent >= 10_000 && sent <= 12_000, String(sent));
});

test('a clock that goes back makes no tokens and takes none', () => {
  const bucket = new TokenBucket({ rate: 100, now: 1000 });
  assert.equal(bucket.take(100, 500), 0);
  assert.equal(bucket.take(100, 1000), 1000);
  assert.equal(bucket.take(0, 2000), 0);
});
