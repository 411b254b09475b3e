import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { violations } from './layers.ts';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** A copy of the packages with one more line in one file. */
async function withLine(file: string, line: string): Promise<string[]> {
  const copy = await mkdtemp(path.join(tmpdir(), 'duoport-layers-'));
  try {
    const filter = (name: string) => !/node_modules|[\\/](dist|test)([\\/]|$)/.test(name);
    await cp(path.join(root, 'packages'), path.join(copy, 'packages'), { recursive: true, filter });
    const target = path.join(copy, file);
    await writeFile(target, `${line}\n${await readFile(target, 'utf8')}`);
    return violations(copy);
  } finally {
    await rm(copy, { recursive: true });
  }
}

test('the repository keeps its layers', () => {
  assert.deepEqual(violations(root), []);
});

for (const [what, file, line, because] of [
  [
    'a role that imports another',
    'packages/client/src/client.ts',
    "import '@duoport/server';",
    /client may import net, protocol only/,
  ],
  [
    'a shell that imports a role',
    'packages/net/src/dial.ts',
    "import { connect } from '@duoport/client';",
    /net may import protocol only/,
  ],
  [
    'a pure package that imports Node',
    'packages/protocol/src/order.ts',
    "import fs from 'node:fs';",
    /pure: it imports nothing/,
  ],
  [
    'sockets outside net',
    'packages/server/src/server.ts',
    "import net from 'node:net';",
    /only net opens sockets/,
  ],
  [
    'a deep import',
    'packages/cli/src/main.ts',
    "import { x } from '@duoport/net/src/dial.ts';",
    /no deep imports/,
  ],
  [
    'another package by its path',
    'packages/cli/src/main.ts',
    "import { x } from '../../net/src/dial.ts';",
    /imports another by its name/,
  ],
] as const) {
  test(`${what} is named`, async () => {
    const [found, ...more] = await withLine(file, line);
    assert.deepEqual(more, []);
    assert.match(found ?? '', because);
    assert.ok(found?.startsWith(path.normalize(file)), found);
  });
}
