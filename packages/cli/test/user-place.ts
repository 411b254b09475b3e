import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { duoport, type Ended, temporary } from './command.ts';

/** A folder with accounts of its own, and the command in it. */
export async function userPlace(t: TestContext) {
  const folder = await temporary();
  t.after(() => folder[Symbol.asyncDispose]());
  const file = join(folder.path, 'accounts.db');
  const user = (words: readonly string[], input?: string): Promise<Ended> =>
    duoport(['user', ...words, '--accounts', file], input === undefined ? {} : { input });
  const good = async (words: readonly string[], input?: string): Promise<string> => {
    const ended = await user(words, input);
    assert.equal(ended.code, 0, ended.stderr);
    return ended.stdout;
  };
  return { path: folder.path, file, user, good };
}
