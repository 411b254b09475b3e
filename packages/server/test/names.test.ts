import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeText, encodeText } from '@duoport/protocol';
import { DiskFiles, MemoryFiles } from '@duoport/server';
import { temporaryDirectory } from './files-support.ts';
import { serve } from './serving.ts';

/** One byte a character, as they stand on the wire. */
const wireNames = [
  ['UTF-8', Buffer.from('Grüße 日本語 😀.txt').toString('latin1')],
  ['Latin-1', 'Gr\xfc\xdfe.txt'],
  ['GBK', '\xd6\xd0\xce\xc4.txt'],
  ['Shift-JIS with the byte of a backslash', '\x83\x5c.txt'],
  ['quotes', 'say "hi" \'there\''],
  ['spaces at both ends', ' in the middle too '],
  ['a leading dash', '-rf'],
  ['pattern characters', '*[a]?'],
  ['semicolons and equals', 'type=dir;size=0; x'],
  ['a name like an arrow of a link', 'a -> b'],
  ['a backslash', 'a\\b'],
  ['a tilde', '~root'],
  ['a percent sign', '100%25 %s%n'],
  ['control characters', '\x01\x1b[2J\x7f'],
  ['three dots', '...'],
  ['the longest name', 'x'.repeat(255)],
] as const;

for (const backend of ['memory', 'disk'] as const) {
  test(`names in any bytes are made, stored, listed, fetched, renamed and deleted: ${backend}`, async (t) => {
    const files = backend === 'memory' ? new MemoryFiles() : new DiskFiles(temporaryDirectory(t));
    const { login } = await serve(t, { files });
    const client = await login();
    for (const [what, name] of wireNames) {
      const text = decodeText(Buffer.from(name, 'latin1'));
      // The client sends bytes: `send` takes one character a byte.
      const wire = name.replaceAll('\xff', '\xff\xff');
      const line = (verb: string) => `${verb} ${wire}`;
      const made = await client.ask(line('MKD'));
      assert.equal(made.code, 257, what);
      const quoted = `"/${text.replaceAll('"', '""')}"`;
      assert.ok((made.lines[0] ?? '').startsWith(quoted), `${what}: ${made.lines[0]}`);
      await client.expect(250, line('CWD'));
      assert.ok((await client.ask('PWD')).lines[0]?.startsWith(quoted), what);
      await client.store(line('STOR'), what);
      for (const verb of ['MLSD', 'NLST', 'LIST']) {
        const listing = await client.fetch(verb);
        assert.ok(
          listing.includes(Buffer.concat([Buffer.from(name, 'latin1'), Buffer.from('\r\n')])),
          `${what}: ${verb}`,
        );
      }
      assert.equal((await client.fetch(line('RETR'))).toString(), what);
      await client.expect(213, line('SIZE'));
      await client.expect(350, line('RNFR'));
      await client.expect(250, 'RNTO plain');
      await client.expect(350, 'RNFR plain');
      await client.expect(250, line('RNTO'));
      await client.expect(250, line('DELE'));
      await client.expect(250, 'CDUP');
      await client.expect(250, line('RMD'));
      assert.equal((await client.fetch('NLST')).length, 0, what);
      assert.ok(Buffer.from(encodeText(text)).equals(Buffer.from(name, 'latin1')));
    }
  });
}

test('byte 255 in a name is doubled on the wire, as Telnet has it', async (t) => {
  const { login, memory } = await serve(t);
  const client = await login();
  await client.expect(257, 'MKD y\xff\xff');
  assert.equal(memory.stat('/y\udcff').type, 'directory');
});

test('attack: newlines in names are refused', async (t) => {
  const { login, memory } = await serve(t);
  const client = await login();
  client.sendBytes('MKD a\rb\r\n');
  assert.ok([500, 501, 553].includes((await client.reply()).code));
  client.sendBytes('MKD a\0b\r\n');
  assert.ok([500, 501, 553].includes((await client.reply()).code));
  const names = [];
  for await (const batch of memory.list('/')) names.push(...batch);
  assert.deepEqual(names, []);
});

test('attack: name too long', async (t) => {
  for (const files of [new MemoryFiles(), new DiskFiles(temporaryDirectory(t))]) {
    const { login } = await serve(t, { files });
    const client = await login();
    const long = 'x'.repeat(256);
    await client.passive();
    for (const line of [`STOR ${long}`, `MKD ${long}`]) await client.expect(553, line);
    const deep = 'd/'.repeat(3_000);
    for (const verb of ['STOR', 'RETR', 'CWD', 'MKD', 'DELE', 'MLST']) {
      const { code } = await client.ask(`${verb} ${deep}x`);
      assert.ok(code === 550 || code === 553, `${verb}: ${code}`);
    }
    await client.expect(200, 'NOOP');
  }
});
