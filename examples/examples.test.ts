import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const folder = new URL('./', import.meta.url);
const examples = (await readdir(folder)).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));

for (const name of examples) {
  test(`examples/${name} runs`, { timeout: 60_000 }, async () => {
    const flags = ['--conditions=duoport-source', '--import', 'tsx'];
    const child = spawn(process.execPath, [...flags, fileURLToPath(new URL(name, folder))]);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    const [code] = await once(child, 'close');
    assert.equal(code, 0, output);
    assert.notEqual(output.trim(), '');
  });
}
