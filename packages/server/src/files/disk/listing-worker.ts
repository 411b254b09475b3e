import { fieldsOf, hidden, missing, nameSeparator, ready } from './listing-message.ts';

/**
 * The program of the listing thread (listing-helper.ts). As text, because a thread cannot be started from a file that is
 * TypeScript or part of a bundle. It answers `undefined` when a call failed in a way that the asker must see for itself.
 */
export const listingProgram = `'use strict';
const { lstatSync } = require('node:fs');
const { parentPort } = require('node:worker_threads');
const quiet = { throwIfNoEntry: false };

function factsOf({ prefix, names }) {
  const list = names.split('${nameSeparator}');
  const facts = new Float64Array(list.length * ${fieldsOf});
  let at = 0;
  for (const name of list) {
    look(pathOf(prefix + name), facts, at);
    at += ${fieldsOf};
  }
  return facts;
}

function look(path, facts, at) {
  let stats;
  try {
    stats = lstatSync(path, quiet);
  } catch (error) {
    if (error.code !== 'EACCES') throw error;
    facts[at] = ${hidden};
    return;
  }
  if (stats === undefined) {
    facts[at] = ${missing};
    return;
  }
  facts[at] = stats.mode;
  facts[at + 1] = stats.size;
  facts[at + 2] = stats.mtimeMs;
  facts[at + 3] = stats.nlink;
  facts[at + 4] = stats.uid;
  facts[at + 5] = stats.gid;
  facts[at + 6] = stats.dev;
  facts[at + 7] = stats.ino;
}

/** One character a byte. */
function pathOf(path) {
  return /[^\\x00-\\x7f]/.test(path) ? Buffer.from(path, 'latin1') : path;
}

parentPort.on('message', (asked) => {
  let facts;
  try {
    facts = factsOf(asked);
  } catch {
    parentPort.postMessage(undefined);
    return;
  }
  parentPort.postMessage(facts, [facts.buffer]);
});
parentPort.postMessage('${ready}');
`;
