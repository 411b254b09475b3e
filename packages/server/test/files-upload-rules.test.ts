import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { hashFile } from '../src/files/hash.ts';
import { bytes, diskIn, fails, getText, put, temporaryDirectory } from './files-support.ts';

const replace = { kind: 'replace' } as const;
const append = { kind: 'append' } as const;
const modes = ['direct', 'atomic'] as const;

for (const mode of modes) {
  test(`${mode}: overwrite refuse: what is there stays, and can only become longer`, async (t) => {
    const folder = temporaryDirectory(t);
    const files = diskIn(t, folder, { uploads: { mode, overwrite: 'refuse' } });
    await put(files, '/f', 'old');
    await put(files, '/g', 'other');
    await fails('exists', () => files.prepareWrite('/f', replace));
    await fails('exists', () => files.prepareWrite('/f', { kind: 'resume', offset: 2 }));
    await fails('exists', () => files.rename('/g', '/f'));
    const late = await files.prepareWrite('/late', replace);
    await put(files, '/late', 'first');
    await fails('exists', () => late.open());
    await put(files, '/f', '+', { kind: 'resume', offset: 3 });
    await put(files, '/f', '+', append);
    assert.equal(await getText(files, '/f'), 'old++');
    await files.rename('/g', '/h');
    assert.deepEqual(readdirSync(folder).sort(), ['f', 'h', 'late']);
  });

  test(`${mode}: overwrite rename-old: what was there has a number`, async (t) => {
    const folder = temporaryDirectory(t);
    const files = diskIn(t, folder, { uploads: { mode, overwrite: 'rename-old' } });
    for (const content of ['1', '2', '3', '4', '5']) await put(files, '/f', content);
    await put(files, '/g', '6');
    await files.rename('/g', '/f');
    const all = readdirSync(folder).sort();
    assert.deepEqual(all, ['f', 'f.1', 'f.2', 'f.3', 'f.4', 'f.5']);
    assert.equal(all.map((name) => readFileSync(join(folder, name), 'utf8')).join(''), '612345');
    await files.makeDirectory('/d');
    await fails('is-a-directory', () => files.prepareWrite('/d', replace));
  });

  test(`${mode}: overwrite rename-new: each upload has a name of its own, and tells it`, async (t) => {
    const folder = temporaryDirectory(t);
    const files = diskIn(t, folder, { uploads: { mode, overwrite: 'rename-new' } });
    const paths = [];
    for (const content of ['1', '2', '3']) paths.push(await put(files, '/f', content));
    assert.deepEqual(paths, ['/f', '/f.1', '/f.2']);
    await put(files, '/f', '+', append);
    await fails('exists', () => files.rename('/f.2', '/f'));
    const all = readdirSync(folder).sort();
    assert.equal(all.map((name) => readFileSync(join(folder, name), 'utf8')).join(''), '1+23');
  });

  test(`${mode}: several uploads of one name at once under refuse: one is there, the others are told`, async (t) => {
    const folder = temporaryDirectory(t);
    const files = diskIn(t, folder, { uploads: { mode, overwrite: 'refuse' } });
    const ended = await Promise.allSettled(
      Array.from({ length: 8 }, async (_, number) => {
        const handle = await (await files.prepareWrite('/f', replace)).open();
        await handle.write([bytes(String(number))], 0);
        await handle.finish();
        return String(number);
      }),
    );
    const won = ended.filter((one) => one.status === 'fulfilled');
    assert.equal(won.length, 1);
    assert.equal(await getText(files, '/f'), won[0]?.value);
    assert.deepEqual(readdirSync(folder), ['f']);
  });

  test(`${mode}: the checksum of an upload is known, until the file changes`, async (t) => {
    const folder = temporaryDirectory(t);
    const files = diskIn(t, folder, { uploads: { mode } });
    const sum = { algorithm: 'SHA-256', digest: 'abc', size: 4 } as const;
    const store = async () => {
      const handle = await (await files.prepareWrite('/f', replace)).open();
      await handle.write([bytes('text')], 0);
      await handle.finish(sum);
    };
    await store();
    assert.deepEqual(await files.checksum('/f', 'SHA-256'), sum);
    assert.equal(await files.checksum('/f', 'MD5'), undefined);
    assert.equal(await files.checksum('/none', 'MD5'), undefined);
    assert.equal((await hashFile(files, { path: '/f', algorithm: 'SHA-256' })).digest, 'abc');
    assert.notEqual((await hashFile(files, { path: '/f', algorithm: 'SHA-256', start: 1 })).digest, 'abc');
    const change = {
      append: () => put(files, '/f', '', append),
      resume: () => put(files, '/f', 'text', { kind: 'resume', offset: 0 }),
      'time of change': () => files.setModified('/f', 0),
      'another file in its place': async () => {
        writeFileSync(join(folder, 'g'), 'mine');
        await files.rename('/g', '/f');
      },
    };
    for (const [what, act] of Object.entries(change)) {
      await store();
      await act();
      assert.equal(await files.checksum('/f', 'SHA-256'), undefined, what);
    }
  });
}

test('rename-new: two at once are told where they are', async (t) => {
  const folder = temporaryDirectory(t);
  const files = diskIn(t, folder, { uploads: { mode: 'atomic', overwrite: 'rename-new' } });
  const [one, two] = [
    await (await files.prepareWrite('/f', replace)).open(),
    await (await files.prepareWrite('/f', replace)).open(),
  ];
  await one.write([bytes('one')], 0);
  await two.write([bytes('two')], 0);
  await one.finish();
  await two.finish();
  assert.deepEqual([one.path, two.path], [undefined, '/f.1']);
  assert.equal(await getText(files, '/f.1'), 'two');
});

test('direct, partial remove: what broke off goes, but not what somebody else put there', async (t) => {
  const folder = temporaryDirectory(t);
  const files = diskIn(t, folder, { uploads: { partial: 'remove' } });
  const half = async (path: string) => {
    const handle = await (await files.prepareWrite(path, replace)).open();
    await handle.write([bytes('half')], 0);
    return handle;
  };
  await (await half('/f')).abandon();
  assert.deepEqual(readdirSync(folder), []);
  const handle = await half('/f');
  await files.removeFile('/f');
  writeFileSync(join(folder, 'f'), 'mine');
  await handle.abandon();
  assert.equal(await getText(files, '/f'), 'mine');
  const adding = await (await files.prepareWrite('/f', append)).open();
  await adding.write([bytes('!')], 4);
  await adding.abandon();
  assert.equal(await getText(files, '/f'), 'mine!', 'what was there before is not removed');
});

test('rename-old numbers a thousand files without looking at each', async (t) => {
  const folder = temporaryDirectory(t);
  for (let number = 1; number <= 1000; number++) writeFileSync(join(folder, `f.${number}`), '');
  const files = diskIn(t, folder, { uploads: { overwrite: 'rename-old' } });
  await put(files, '/f', 'old');
  await put(files, '/f', 'new');
  assert.equal(readFileSync(join(folder, 'f.1001'), 'utf8'), 'old');
});
