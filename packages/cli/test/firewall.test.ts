import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firewallRules } from '@duoport/firewall';
import { duoport } from './command.ts';

const words = ['firewall', '--for', 'nftables', '--passive-ports', '50000-50100'];

test('standard output is the rules and nothing else, notes go to standard error', async () => {
  const answer = firewallRules('nftables', {
    side: 'server',
    modes: ['passive', 'active'],
    passivePorts: { low: 50_000, high: 50_100 },
  });
  assert.ok(answer.kind === 'rules');
  const { code, stdout, stderr } = await duoport(words);
  assert.equal(code, 0);
  assert.equal(stdout, answer.apply);
  assert.match(stderr, /^not-kept: /);
  const undo = await duoport([...words, '--undo', '--quiet']);
  assert.deepEqual([undo.code, undo.stdout, undo.stderr], [0, answer.undo, '']);
  const json = await duoport([...words, '--json']);
  assert.deepEqual(JSON.parse(json.stdout), JSON.parse(JSON.stringify(answer)));
});

test('what a firewall cannot say ends with 1, as text and as JSON', async () => {
  const cannot = ['firewall', '--for', 'ufw', '--helper'];
  const { code, stdout, stderr } = await duoport(cannot);
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /^duoport: ufw: .* Nearest: /);
  const json = await duoport([...cannot, '--json']);
  assert.equal(json.code, 1);
  assert.equal(JSON.parse(json.stdout.split('\n')[0] ?? '').kind, 'refused');
});

const usage: readonly (readonly string[])[] = [
  ['firewall'],
  ['firewall', '--for', 'nothing'],
  ['firewall', '--for', 'nftables'],
  ['firewall', '--for', 'nftables', '--passive-ports', '2-1'],
  ['firewall', '--for', 'nftables', '--single-port', '--clients', '10.0.0.0/8; reboot'],
  ['firewall', '--for', 'nftables', '--single-port', '--input-chain', 'a b'],
];
for (const wrong of usage) {
  test(`"duoport ${wrong.join(' ')}" prints no rules and ends with 2`, async () => {
    const { code, stdout, stderr } = await duoport(wrong);
    assert.deepEqual([code, stdout], [2, '']);
    assert.notEqual(stderr, '');
  });
}
