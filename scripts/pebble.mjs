// The issuer of certificates that tests of ACME drive. Plain JavaScript: it runs before anything is built or installed.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unpackInto } from './apt.mjs';

/** A tree of its own: tests of ACME need nothing else. */
const tree = join(dirname(dirname(fileURLToPath(import.meta.url))), '.cache', 'pebble');

/** The folder in which pebble and its test server are, installed or unpacked here. */
export function pebbleRoot() {
  return ['/', tree].find((root) => existsSync(join(root, 'usr/bin/pebble-challtestsrv')));
}

export function unpackPebble(say) {
  unpackInto(tree, ['pebble'], say);
}
