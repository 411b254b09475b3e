import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  fit,
  formatBytes,
  formatSeconds,
  type ProgressFacts,
  progressLine,
  widthOf,
} from './progress-line.ts';

const facts: ProgressFacts = {
  name: 'backup.tar',
  bytes: 30 * 1024 * 1024,
  offset: 20 * 1024 * 1024,
  total: 100 * 1024 * 1024,
  rate: 5 * 1024 * 1024,
  mode: 'passive',
};

test('a bar with name, share, bytes, rate, time left and mode', () => {
  assert.equal(
    progressLine(facts, 100, true),
    'backup.tar   50% ━━━━━━━━━━╌╌╌╌╌╌╌╌╌╌  50.0 MiB of 100 MiB  5.0 MiB/s  0:10  passive',
  );
  assert.equal(
    progressLine(facts, 100, false),
    'backup.tar   50% [=========>          ]  50.0 MiB of 100 MiB  5.0 MiB/s  0:10  passive',
  );
});

test('no size, no bar', () => {
  assert.equal(
    progressLine({ ...facts, total: undefined }, 80, true),
    'backup.tar  50.0 MiB  5.0 MiB/s  --:--  passive',
  );
  assert.equal(
    progressLine({ ...facts, bytes: 0, offset: 0, total: 0, rate: 0 }, 80, true),
    'backup.tar  0 B of 0 B  0 B/s  --:--  passive',
  );
});

test('never wider than the terminal, whatever the name', () => {
  for (const name of ['x'.repeat(300), '日本語'.repeat(50), '\x1b[2J', '']) {
    for (let columns = 1; columns < 140; columns += 1) {
      const line = progressLine({ ...facts, name }, columns, true);
      assert.ok(widthOf(line) < Math.max(2, columns), `${columns}: ${line}`);
      assert.ok(!line.includes('\x1b'));
    }
  }
});

test('bytes', () => {
  const shown = [0, 1023, 1024, 10_000, 102_400, 1_048_575, 1_048_576, 5e9, 2 ** 52].map(formatBytes);
  assert.deepEqual(shown, [
    '0 B',
    '1023 B',
    '1.0 KiB',
    '9.8 KiB',
    '100 KiB',
    '1.0 MiB',
    '1.0 MiB',
    '4.7 GiB',
    '4.0 PiB',
  ]);
});

test('time left', () => {
  assert.deepEqual([0, 7.4, 59.6, 3600, 3723].map(formatSeconds), [
    '0:00',
    '0:07',
    '1:00',
    '1:00:00',
    '1:02:03',
  ]);
});

test('a wide name is cut by columns, not by characters', () => {
  assert.equal(fit('日本語', 6, true), '日本語');
  assert.equal(fit('日本語', 5, true), '日本…');
  assert.equal(fit('abc', 2, false), 'a~');
});
