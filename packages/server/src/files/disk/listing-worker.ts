import { lstatSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { type Asked, fieldsOf, hidden, missing, nameSeparator, ready } from './listing-message.ts';

// Runs in a thread of its own (see listing-helper.ts), so it must import nothing heavy.

const quiet = { throwIfNoEntry: false } as const;

parentPort?.on('message', (asked: Asked) => {
  const facts = factsOf(asked);
  parentPort?.postMessage(facts, facts === undefined ? [] : [facts.buffer as ArrayBuffer]);
});

parentPort?.postMessage(ready);

/** `undefined` when a call failed in a way that the asker must see for itself. */
function factsOf({ prefix, names }: Asked): Float64Array | undefined {
  const list = names.split(nameSeparator);
  const facts = new Float64Array(list.length * fieldsOf);
  let at = 0;
  for (const name of list) {
    const code = look(pathOf(prefix, name), facts, at);
    if (code !== undefined && code !== 'EACCES') return undefined;
    if (code !== undefined) facts[at] = hidden;
    at += fieldsOf;
  }
  return facts;
}

/** The code of the error, if there was one. */
function look(path: string | Buffer, facts: Float64Array, at: number): string | undefined {
  try {
    const stats = lstatSync(path, quiet);
    if (stats === undefined) {
      facts[at] = missing;
      return undefined;
    }
    facts[at] = stats.mode;
    facts[at + 1] = stats.size;
    facts[at + 2] = stats.mtimeMs;
    facts[at + 3] = stats.nlink;
    facts[at + 4] = stats.uid;
    facts[at + 5] = stats.gid;
    facts[at + 6] = stats.dev;
    facts[at + 7] = stats.ino;
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : '?';
  }
}

/** Both come one character a byte. */
function pathOf(prefix: string, name: string): string | Buffer {
  const path = prefix + name;
  return /[^\x00-\x7f]/.test(path) ? Buffer.from(path, 'latin1') : path;
}
