import assert from 'node:assert/strict';
import type { Files } from '../src/files/files.ts';
import { hashFile } from '../src/files/hash.ts';
import { bytes, fails, get, getText, names, put } from './files-support.ts';

/** One law: `check` holds for an empty store of the backend under test. */
export type Law = (what: string, check: (files: Files) => Promise<void>) => void;

export function reading(law: Law): void {
  law('what was written is read again, at any position and in any portion', async (files) => {
    await put(files, '/a.txt', 'hello world');
    assert.equal(await getText(files, '/a.txt'), 'hello world');
    assert.equal((await get(files, '/a.txt', 3)).toString(), 'hello world');
    const handle = await files.openRead('/a.txt');
    const into = new Uint8Array(4);
    assert.equal(handle.size, 11);
    assert.equal(await handle.read(into, 6), 4);
    assert.deepEqual(into, bytes('worl'));
    assert.equal(await handle.read(into, 11), 0);
    assert.equal(await handle.read(into, 1000), 0);
    await handle.close();
    await handle.close();
  });

  law('a large file, whole and hashed over a range', async (files) => {
    const content = Buffer.alloc(3_000_000, Buffer.from('0123456789abcdefg'));
    await put(files, '/big', content);
    assert.ok((await get(files, '/big', 1 << 20)).equals(content));
    const whole = await hashFile(files, { path: '/big', algorithm: 'MD5' });
    assert.equal(whole.end, 3_000_000);
    const part = await hashFile(files, { path: '/big', algorithm: 'CRC32', start: 0, end: 9 });
    assert.deepEqual(part, { digest: '37fad1ba', start: 0, end: 9 });
    await fails('bad-offset', () => hashFile(files, { path: '/big', algorithm: 'MD5', start: 3_000_001 }));
  });

  law('an empty file is a file', async (files) => {
    await put(files, '/empty', '');
    assert.equal((await get(files, '/empty')).length, 0);
    assert.equal((await files.stat('/empty')).size, 0);
  });

  law('a file removed while it is being read is read to its end', async (files) => {
    await put(files, '/gone', 'still here');
    const handle = await files.openRead('/gone');
    await files.removeFile('/gone');
    const into = new Uint8Array(100);
    assert.equal(await handle.read(into, 0), 10);
    await handle.close();
    await fails('not-found', () => files.openRead('/gone'));
  });

  law('what cannot be read says why', async (files) => {
    await files.makeDirectory('/d');
    await put(files, '/f', 'x');
    await fails('not-found', () => files.openRead('/none'));
    await fails('not-found', () => files.openRead('/none/none'));
    await fails('is-a-directory', () => files.openRead('/d'));
    await fails('is-a-directory', () => files.openRead('/'));
    await fails('not-a-directory', () => files.openRead('/f/x'));
    await fails('not-found', () => files.stat('/none'));
    await fails('not-a-directory', () => files.stat('/f/x'));
  });
}

export function writing(law: Law): void {
  law('preparing to write touches nothing', async (files) => {
    await put(files, '/old', 'content');
    for (const how of [
      { kind: 'replace' },
      { kind: 'append' },
      { kind: 'resume', offset: 0 },
      { kind: 'unique' },
    ] as const) {
      await files.prepareWrite('/old', how);
      await files.prepareWrite('/new', how);
    }
    assert.deepEqual(await names(files, '/'), ['old']);
    assert.equal(await getText(files, '/old'), 'content');
  });

  law('a file is replaced, appended to, and made when it is not there', async (files) => {
    assert.equal(await put(files, '/f', 'long content'), '/f');
    await put(files, '/f', 'short');
    assert.equal(await getText(files, '/f'), 'short');
    await put(files, '/f', ' and more', { kind: 'append' });
    assert.equal(await getText(files, '/f'), 'short and more');
    await put(files, '/g', 'made', { kind: 'append' });
    assert.equal(await getText(files, '/g'), 'made');
  });

  law('several chunks in one write, and writes one behind the other', async (files) => {
    const handle = await (await files.prepareWrite('/f', { kind: 'replace' })).open();
    await handle.write([bytes('ab'), bytes(''), bytes('cde')], 0);
    await handle.write([bytes('f')], 5);
    await handle.write([new Uint8Array(200_000).fill(0x67), new Uint8Array(100_000).fill(0x68)], 6);
    await handle.write([], 300_006);
    await handle.finish();
    const content = await get(files, '/f');
    assert.equal(content.subarray(0, 7).toString(), 'abcdefg');
    assert.equal(content.length, 300_006);
    assert.equal(content[200_005], 0x67);
    assert.equal(content[200_006], 0x68);
  });

  law('a unique name is new each time and begins with the one asked for', async (files) => {
    await put(files, '/u', 'first');
    const one = await put(files, '/u', 'second', { kind: 'unique' });
    const two = await put(files, '/u', 'third', { kind: 'unique' });
    assert.notEqual(one, two);
    assert.ok(one.startsWith('/u') && two.startsWith('/u') && one !== '/u' && two !== '/u');
    assert.equal(await getText(files, '/u'), 'first');
    assert.equal(await getText(files, one), 'second');
  });

  law('an unfinished upload keeps what has arrived, and can go on', async (files) => {
    const handle = await (await files.prepareWrite('/part', { kind: 'replace' })).open();
    await handle.write([bytes('half')], 0);
    await handle.abandon();
    await handle.abandon();
    assert.equal((await files.partial?.('/part')) ?? (await files.stat('/part')).size, 4);
    await fails('bad-offset', () => files.prepareWrite('/part', { kind: 'resume', offset: 5 }));
    await put(files, '/part', 'way', { kind: 'resume', offset: 4 });
    assert.equal(await getText(files, '/part'), 'halfway');
    assert.equal(await files.partial?.('/part'), undefined);
  });

  law('what cannot be written says why before anything is opened', async (files) => {
    await files.makeDirectory('/d');
    await put(files, '/f', 'x');
    const replace = { kind: 'replace' } as const;
    await fails('is-a-directory', () => files.prepareWrite('/d', replace));
    await fails('is-a-directory', () => files.prepareWrite('/', replace));
    await fails('not-a-directory', () => files.prepareWrite('/f/x', replace));
    await fails('not-found', () => files.prepareWrite('/none/x', replace));
    await fails('name-too-long', () => files.prepareWrite(`/${'n'.repeat(256)}`, replace));
    await fails('name-too-long', () => files.prepareWrite(`/${'\u00e9'.repeat(128)}`, replace));
  });

  law('a folder put in the place of the file before it was opened', async (files) => {
    const plan = await files.prepareWrite('/x', { kind: 'replace' });
    await files.makeDirectory('/x');
    await fails('is-a-directory', () => plan.open());
  });
}

export function resuming(law: Law): void {
  law('an upload goes on at its end, and cuts off what stands behind its offset', async (files) => {
    await put(files, '/f', '0123456789');
    await put(files, '/f', 'AB', { kind: 'resume', offset: 10 });
    assert.equal(await getText(files, '/f'), '0123456789AB');
    await put(files, '/f', 'xy', { kind: 'resume', offset: 4 });
    assert.equal(await getText(files, '/f'), '0123xy');
    await put(files, '/f', 'new', { kind: 'resume', offset: 0 });
    assert.equal(await getText(files, '/f'), 'new');
  });

  law('an offset beyond the end is refused, before and at opening', async (files) => {
    await put(files, '/f', '0123');
    await fails('bad-offset', () => files.prepareWrite('/f', { kind: 'resume', offset: 5 }));
    await fails('bad-offset', () => files.prepareWrite('/none', { kind: 'resume', offset: 1 }));
    const plan = await files.prepareWrite('/f', { kind: 'resume', offset: 4 });
    await put(files, '/f', '01');
    await fails('bad-offset', () => plan.open());
    assert.equal(await getText(files, '/f'), '01');
  });

  law('an append starts at the size of the file', async (files) => {
    await put(files, '/f', '0123');
    const handle = await (await files.prepareWrite('/f', { kind: 'append' })).open();
    assert.equal(handle.offset, 4);
    await handle.write([bytes('45')], 4);
    await handle.finish();
    assert.equal(await getText(files, '/f'), '012345');
  });
}
