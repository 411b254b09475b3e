import assert from 'node:assert/strict';
import { test } from 'node:test';
import { topologies } from '@duoport/lab';
import { duoport } from './command.ts';

test('lab list needs no root, and as JSON tells the story of each network', async () => {
  const { code, stdout } = await duoport(['lab', 'list', '--json']);
  assert.equal(code, 0);
  const listed = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    listed.map(({ name }) => name),
    topologies.map(({ name }) => name),
  );
  for (const { story, number, dial } of listed) assert.ok(story !== '' && number >= 1 && dial.port > 0);
});

test('a network that is not there is a usage error that names those near it, with nothing of its own', async () => {
  const { code, stderr } = await duoport(['lab', 'run', 'relay-2\u001b[2J']);
  assert.equal(code, 2);
  assert.match(stderr, /There is no topology of that name\. Did you mean: relay-21, relay-22/);
  assert.ok(!stderr.includes('\u001b'));
});

test('lab without a word says which there are', async () => {
  const { code, stderr } = await duoport(['lab']);
  assert.equal(code, 2);
  assert.match(stderr, /list.*run/s);
});
