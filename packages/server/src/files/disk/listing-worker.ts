import { statCall } from '@duoport/net';
import { fieldsOf, hidden, missing, nameSeparator, ready } from './listing-message.ts';

/**
 * The program of the listing thread (listing-helper.ts). As text, because a thread cannot be started from a file that is
 * TypeScript or part of a bundle. It answers `undefined` when a call failed in a way that the asker must see for itself.
 */
export const listingProgram = `'use strict';
const { lstatSync } = require('node:fs');
const { parentPort, workerData } = require('node:worker_threads');
const quiet = { throwIfNoEntry: false };

/** Through the module that the data of the thread names, where it can be loaded. */
function glancer(module) {
  try {
    return module && require(module).load(null).func('${statCall.signature}');
  } catch {
    return undefined;
  }
}

const statx = glancer(workerData);

function factsOf({ prefix, directory, names }) {
  const list = names.split('${nameSeparator}');
  return statx === undefined || directory === undefined ? lookAll(prefix, list) : glanceAll(directory, list);
}

function glanceAll(directory, list) {
  const facts = new Uint32Array((list.length * ${statCall.size}) / 4);
  let at = 0;
  for (const name of list) {
    const into = new Uint8Array(facts.buffer, at, ${statCall.size});
    if (isAscii(name)) statx(directory, name, ${statCall.flags}, ${statCall.mask}, into);
    at += ${statCall.size};
  }
  return facts;
}

function lookAll(prefix, list) {
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
  return isAscii(path) ? path : Buffer.from(path, 'latin1');
}

function isAscii(text) {
  return !/[^\\x00-\\x7f]/.test(text);
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
