import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const pages = fileURLToPath(new URL('../docs/security/', import.meta.url));

for (const page of readdirSync(pages).filter((name) => name.endsWith('.md'))) {
  test(`docs/security/${page}: every test that it names is there`, () => {
    const text = readFileSync(path.join(pages, page), 'utf8').replace(/\s+/g, ' ');
    const links = [...text.matchAll(/\[([^\]]+)\]\(([^)]+\.test\.ts)\)/g)];
    assert.ok(links.length > 0);
    for (const [, name = '', file = ''] of links) {
      const source = readFileSync(path.join(pages, file), 'utf8');
      assert.ok(source.includes(name), `${file} has no test "${name}"`);
    }
  });
}
