// The LDAP server that tests of accounts drive. Plain JavaScript: it runs before anything is built or installed.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unpackInto } from './apt.mjs';

/** A tree of its own: tests of accounts need nothing else. */
const tree = join(dirname(dirname(fileURLToPath(import.meta.url))), '.cache', 'slapd');

/** The folder in which slapd and what belongs to it are, installed or unpacked here. */
export function slapdRoot() {
  return ['/', tree].find((root) => existsSync(join(root, 'usr/sbin/slapd')));
}

/** Only unpacked: installed, it would make a directory and start a service. */
export function unpackSlapd(say) {
  unpackInto(tree, ['slapd'], say);
}
