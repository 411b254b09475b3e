// What the guide shows of runs is what they print. Numbers may differ, and a line `…` stands for any lines.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { duoportCommand, repository, whatLabLacks } from '@duoport/lab';

const blocks = ['lab.md', 'private-network.md'].flatMap((name) => {
  const page = readFileSync(join(repository(), 'docs', 'guide', name), 'utf8');
  const found = [...page.matchAll(/^```text\n\$ sudo npx duoport (.*)\n([\s\S]*?)^```$/gm)];
  test(`${name} shows runs`, () => assert.ok(found.length > 0));
  return found;
});

for (const [, words = '', shown = ''] of blocks) {
  test(`duoport ${words}`, { skip: whatLabLacks() ?? false, timeout: 120_000 }, async () => {
    const printed = await run(words.split(' '), shown.trimEnd().split('\n').at(-1) ?? '');
    const pattern = shown
      .trimEnd()
      .split('\n')
      .map((line) => (line === '…' ? '(.*\n)*?' : `${escaped(line).replaceAll(/\d+/g, '\\d+')}\n`));
    assert.match(printed, new RegExp(`^${pattern.join('')}`, 'm'));
  });
}

/** Runs it, and ends it when it has printed the last line that is shown. Talk and results come in the order they are printed. */
async function run(words: readonly string[], last: string): Promise<string> {
  const [program = '', ...rest] = [...duoportCommand(), ...words];
  const child = spawn(program, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C.UTF-8', COLUMNS: '100' },
  });
  const end = new RegExp(`${escaped(last).replaceAll(/\d+/g, '\\d+')}\n`);
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      if (words.includes('--keep') && end.test(text)) child.kill('SIGINT');
    });
  }
  await once(child, 'close');
  return printed;
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
