import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { duoport, serve, temporary } from './command.ts';

/** First words of the replies to these lines, the greeting first; nothing where the connection ended. */
async function codes(port: number, lines: readonly string[], from = '127.0.0.1'): Promise<readonly string[]> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from });
  socket.on('error', () => undefined);
  const replies = createInterface({ input: socket })[Symbol.asyncIterator]();
  const next = async () => String((await replies.next()).value ?? '').slice(0, 3);
  const heard = [await next()];
  for (const line of lines) {
    if (socket.destroyed || !socket.writable) break;
    socket.write(`${line}\r\n`);
    heard.push(await next());
  }
  socket.destroy();
  return heard;
}

async function loggedIn(
  port: number,
  user: string,
  password: string,
): Promise<{ readonly code: string; end(): void }> {
  const socket = connect({ port, host: '127.0.0.1' });
  const replies = createInterface({ input: socket })[Symbol.asyncIterator]();
  const next = async () => String((await replies.next()).value ?? '').slice(0, 3);
  await next();
  socket.write(`USER ${user}\r\n`);
  await next();
  socket.write(`PASS ${password}\r\n`);
  return { code: await next(), end: () => socket.destroy() };
}

const wrong = ['USER u', 'PASS wrong'];

for (const workers of ['1', '2']) {
  test(`guessing is punished, and duoport ban lists, adds and removes (workers: ${workers})`, async () => {
    await using here = await temporary();
    const env = { HOME: here.path };
    const file = join(here.path, 'd.yaml');
    await writeFile(file, 'defence: {allow: [], threshold: 3, delay: 1ms}\nlimits: {login-attempts: 2}\n');
    await using served = await serve(['--config', file, '--workers', workers], undefined, env);
    const { port } = served;
    for (let count = 0; count < 3; count += 1)
      assert.deepEqual(await codes(port, wrong, '127.0.0.7'), ['220', '331', '530']);
    const { subject, by } = await served.event('ban');
    assert.deepEqual([subject, by], ['127.0.0.7', 'defence']);
    assert.deepEqual(await codes(port, [], '127.0.0.7'), ['421']);
    assert.equal((await served.event('limited'))['limit'], 'banned');
    assert.deepEqual(await codes(port, ['USER u', 'PASS p']), ['220', '331', '230']);

    const ban = async (...words: string[]) => await duoport(['ban', ...words], { env });
    const listed = await ban('list');
    assert.match(listed.stdout, /^127\.0\.0\.7 {3}until \S+Z {3}3 points\n$/);
    const added = await ban('add', '127.0.0.9/30', '--for', '1h', '--because', 'noise');
    assert.match(added.stdout, /^127\.0\.0\.8\/30 is banned until \S+Z\.\n$/);
    assert.deepEqual(await codes(port, [], '127.0.0.10'), ['421']);
    assert.equal((await ban('remove', '127.0.0.7')).stdout, '127.0.0.7 is no longer banned.\n');
    assert.deepEqual(await codes(port, ['USER u', 'PASS p'], '127.0.0.7'), ['220', '331', '230']);
    const again = await ban('remove', '127.0.0.7');
    assert.deepEqual([again.code, /is not banned/.test(again.stderr)], [1, true]);
    assert.equal((await ban('add', 'nonsense')).code, 1);
    // A name that is banned is refused as if its password were wrong.
    await ban('add', 'user:u');
    assert.deepEqual(await codes(port, ['USER u', 'PASS p']), ['220', '331', '530']);
  });
}

test('sessions of a user are counted over all workers', async () => {
  await using here = await temporary();
  const accounts = join(here.path, 'a.db');
  const words = ['user', 'add', 'ann', '--generate', '--sessions', '3', '--accounts', accounts, '--json'];
  const { stdout } = await duoport(words);
  const made = stdout.split('\n').find((line) => line.includes('"password"')) ?? '{}';
  const { password } = JSON.parse(made) as { readonly password: string };
  await using served = await serve(['--accounts', accounts, '--workers', '2']);
  const open = await Promise.all(Array.from({ length: 6 }, () => loggedIn(served.port, 'ann', password)));
  assert.deepEqual(open.map(({ code }) => code).sort(), ['230', '230', '230', '530', '530', '530']);
  for (const { end } of open) end();
});

test('a list of networks is read at the start and with the settings; one that is wrong is told with its line', async () => {
  await using here = await temporary();
  const [file, list] = [join(here.path, 'd.yaml'), join(here.path, 'blocked.txt')];
  await writeFile(file, 'defence: {allow: [], lists: [blocked.txt], answer: drop}\n');
  await writeFile(list, '# the worst\n127.0.0.7\n');
  await using served = await serve(['--config', file]);
  assert.deepEqual(await codes(served.port, [], '127.0.0.7'), ['']);
  assert.deepEqual(await codes(served.port, [], '127.0.0.8'), ['220']);
  await writeFile(list, '127.0.0.8/32\n127.0.0.300\n');
  served.child.kill('SIGHUP');
  const failed = await served.event('reload-failed');
  assert.match(String(failed['message']), /blocked\.txt: line 2: "127\.0\.0\.300" is no network/);
  assert.deepEqual(await codes(served.port, [], '127.0.0.7'), ['']);
  await writeFile(list, '127.0.0.8/32\n');
  served.child.kill('SIGHUP');
  await served.event('reloaded');
  assert.deepEqual(await codes(served.port, [], '127.0.0.7'), ['220']);
  assert.deepEqual(await codes(served.port, [], '127.0.0.8'), ['']);
});

test('duoport ban in the database of the accounts, while no server runs', async () => {
  await using here = await temporary();
  const accounts = join(here.path, 'a.db');
  const env = { HOME: here.path };
  const made = await duoport(['user', 'add', 'ann', '--generate', '--accounts', accounts], { env });
  assert.equal(made.code, 0, made.stderr);
  const ban = async (...words: string[]) =>
    await duoport(['ban', ...words, '--accounts', accounts, '--json'], { env });
  assert.equal((await ban('add', '127.0.0.7')).code, 0);
  const { stdout } = await ban('list');
  assert.equal(JSON.parse(stdout).subject, '127.0.0.7');
  await using served = await serve(['--accounts', accounts], undefined, env);
  assert.deepEqual(await codes(served.port, [], '127.0.0.7'), ['421']);
  // Within a second every server of the database knows.
  await ban('remove', '127.0.0.7');
  await served.event('unban');
  assert.deepEqual(await codes(served.port, [], '127.0.0.7'), ['220']);
  assert.equal((await duoport(['ban', 'list'], { env })).stdout, 'Nobody is banned.\n');
});
