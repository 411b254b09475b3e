import { type TestContext, test } from 'node:test';
import type { Files } from '../src/files/files.ts';
import { type Law, reading, resuming, writing } from './files-contract-content.ts';
import { directories, facts, hostile, links, renaming } from './files-contract-tree.ts';

/** What every backend of `Files` must do. `make` gives an empty store. */
export function filesContract(name: string, make: (t: TestContext) => Files): void {
  const law: Law = (what, check) => test(`${name}: ${what}`, (t) => check(make(t)));
  for (const part of [reading, writing, resuming, directories, renaming, links, facts, hostile]) part(law);
}
