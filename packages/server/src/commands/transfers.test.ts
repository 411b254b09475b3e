import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, receivePlan, replyTo, sendPlan, sent, store, textOf } from '../../test/handlers.ts';
import { MemoryFiles } from '../files/memory/memory-files.ts';

const image = { type: 'image' } as const;

function tree(): MemoryFiles {
  return new MemoryFiles({ contents: { '/f': '0123456789', '/d/': '' } });
}

const rest = (argument: string) => ({ verb: 'REST', argument });
const rang = (argument: string) => ({ verb: 'RANG', argument });

test('RETR sends the file and tells its size in TYPE I', async () => {
  const plan = await sendPlan('RETR f', { files: tree(), parameters: image });
  assert.equal(plan.size, 10);
  assert.equal(plan.what, '/f');
  assert.equal(plan.transform, undefined);
  assert.equal((await sent(plan)).toString(), '0123456789');
});

test('RETR with REST and RANG sends the part', async () => {
  for (const [restart, expected] of [
    [rest('4'), '456789'],
    [rest('10'), ''],
    [rest('0'), '0123456789'],
    [rang('0 0'), '0'],
    [rang('3 5'), '345'],
    [rang('3 99'), '3456789'],
    [rang('1 0'), '0123456789'],
  ] as const) {
    const plan = await sendPlan('RETR f', { files: tree(), parameters: image, restart });
    assert.equal(plan.size, expected.length, restart.argument);
    assert.equal((await sent(plan)).toString(), expected, restart.argument);
  }
});

test('RETR beyond the end, in TYPE A, of a directory, of nothing', async () => {
  const files = tree();
  assert.equal((await replyTo('RETR f', { files, parameters: image, restart: rest('11') })).code, 554);
  assert.equal((await replyTo('RETR f', { files, restart: rest('4') })).code, 504);
  assert.equal((await replyTo('RETR d', { files, parameters: image })).code, 550);
  assert.equal((await replyTo('RETR nothing', { files, parameters: image })).code, 550);
});

test('STOR does not touch the file before the data connection stands', async () => {
  const files = tree();
  const plan = await receivePlan('STOR f', { files, parameters: image });
  const fresh = await receivePlan('STOR new', { files, parameters: image });
  assert.equal(textOf(files, '/f'), '0123456789');
  assert.throws(() => files.stat('/new'), { kind: 'not-found' });
  await store(plan, 'abc');
  await store(fresh, 'xyz');
  assert.equal(textOf(files, '/f'), 'abc');
  assert.equal(textOf(files, '/new'), 'xyz');
});

test('STOR with REST goes on there, and cuts off what stood behind', async () => {
  const files = tree();
  await store(await receivePlan('STOR f', { files, parameters: image, restart: rest('4') }), 'AB');
  assert.equal(textOf(files, '/f'), '0123AB');
  assert.equal((await replyTo('STOR f', { files, parameters: image, restart: rest('7') })).code, 554);
  assert.equal((await replyTo('STOR f', { files, parameters: image, restart: rang('1 2') })).code, 504);
  assert.equal((await replyTo('STOR f', { files, restart: rest('4') })).code, 504);
});

test('APPE goes on at the end, and does not go with REST', async () => {
  const files = tree();
  await store(await receivePlan('APPE f', { files, parameters: image }), 'AB');
  assert.equal(textOf(files, '/f'), '0123456789AB');
  assert.equal((await replyTo('APPE f', { files, restart: rest('3') })).code, 503);
});

test('STOU never takes a name that exists, and tells the one it took as RFC 1123 has it', async () => {
  const files = tree();
  const first = await receivePlan('STOU f', { files, parameters: image });
  await store(first, 'one');
  const second = await receivePlan('STOU', { files, parameters: { ...image, directory: '/d' } });
  await store(second, 'two');
  assert.notEqual(first.what, '/f');
  assert.equal(first.preliminary, `FILE: ${first.what.slice(1)}`);
  assert.match(second.what, /^\/d\/ftp/);
  assert.equal(second.preliminary, `FILE: ${second.what.slice(3)}`);
  assert.equal(textOf(files, '/f'), '0123456789');
});

test('storing where it cannot work is told before the data connection', async () => {
  const files = tree();
  files.chmod('/f', 0o444);
  for (const line of ['STOR d', 'STOR nothing/f', 'STOR f', 'APPE f'])
    assert.equal((await replyTo(line, { files, parameters: image })).code, 550, line);
  assert.equal((await replyTo(`STOR ${'x'.repeat(256)}`, { files, parameters: image })).code, 553);
});

test('TYPE A and MODE Z stand between the file and the wire', async () => {
  const files = tree();
  for (const line of ['RETR f', 'STOR g'])
    for (const parameters of [{ type: 'ascii' }, { ...image, mode: 'deflate' }] as const) {
      const answer = await ask(line, { files, parameters });
      assert.ok('direction' in answer && answer.transform !== undefined);
      if (answer.direction === 'send') await answer.source.close?.();
      answer.transform.close();
    }
});
