import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { addConnectionFlags, type ConnectionFlags, connectOptionsOf } from './connection-flags.ts';
import { spellOutRequireTls } from './serve-flags.ts';

function parse(...words: readonly string[]): ConnectionFlags {
  const command = addConnectionFlags(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  return command.parse(words, { from: 'user' }).opts<ConnectionFlags>();
}

test('flags become the options of the client, and what was not said is left out', async () => {
  assert.deepEqual(await connectOptionsOf(parse()), {});
  const words =
    '--mode active --port-range 45000-45010 --external-address 203.0.113.7 --bind 192.0.2.1 --tls implicit';
  const more = '--pasv-address auto --insecure --timeout 2m';
  assert.deepEqual(await connectOptionsOf(parse(...words.split(' '), ...more.split(' '))), {
    mode: 'active',
    portRange: { low: 45000, high: 45010 },
    externalAddress: '203.0.113.7',
    bindAddress: '192.0.2.1',
    passiveAddress: 'auto',
    tls: 'implicit',
    insecure: true,
    timeouts: { connect: 120_000, reply: 120_000, dataOpen: 120_000, stall: 120_000 },
  });
});

test('flags that contradict one another, and files that cannot be read, are named', async () => {
  const fingerprint = 'ab'.repeat(32);
  const cases = [
    [['--tls', 'none', '--fingerprint', fingerprint], /--tls none cannot go with --fingerprint/],
    [['--mode', 'passive', '--port-range', '1-2'], /for active mode/],
    [['--ca', '/nonexistent.pem'], /--ca \/nonexistent\.pem: cannot be read \(ENOENT\)/],
  ] as const;
  for (const [words, message] of cases) await assert.rejects(connectOptionsOf(parse(...words)), message);
  assert.throws(() => parse('--port-range', '5-1'), /--port-range .*wrong way round/);
});

test('--require-tls alone does not swallow the folder', () => {
  assert.deepEqual(spellOutRequireTls(['serve', '--require-tls', 'd']), ['serve', '--require-tls=both', 'd']);
  assert.deepEqual(spellOutRequireTls(['--require-tls=data', 'd']), ['--require-tls=data', 'd']);
});
