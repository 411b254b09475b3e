// The PostgreSQL server that tests of accounts drive. Plain JavaScript: it runs before anything is built or installed.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, unpackInto } from './apt.mjs';

const cache = join(dirname(dirname(fileURLToPath(import.meta.url))), '.cache');
/** A tree of its own: tests of accounts need nothing else, and the packages are large. */
const tree = join(cache, 'postgresql');

/** The folder of PostgreSQL's programs, installed or unpacked here; it has the version in its name. */
export function postgresPrograms() {
  for (const root of ['/', tree]) {
    const folder = join(root, 'usr/lib/postgresql');
    const versions = existsSync(folder) ? readdirSync(folder) : [];
    const version = versions.find((name) => existsSync(join(folder, name, 'bin/initdb')));
    if (version !== undefined) return join(folder, version, 'bin');
  }
  return undefined;
}

/** Only unpacked: installed, it would make a database and start a service. */
export function unpackPostgres(say) {
  // The package that everybody asks for is empty and depends on that of the release's version.
  const [, wanted] = /Depends: (postgresql-\d+)$/m.exec(run('apt-cache', ['depends', 'postgresql'])) ?? [];
  if (wanted === undefined) throw new Error('apt knows no package postgresql');
  unpackInto(tree, [wanted], say);
}
