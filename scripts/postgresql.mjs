// The PostgreSQL server that tests of accounts drive. Plain JavaScript: it runs before anything is built or installed.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apt, missingLibraries, run } from './apt.mjs';

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
  const packages = [wanted, ...missingLibraries([wanted])];
  mkdirSync(cache, { recursive: true });
  const fresh = mkdtempSync(join(cache, 'postgresql-new-'));
  try {
    say(`apt-get download ${packages.join(' ')}`);
    apt(['download', ...packages], fresh);
    for (const file of readdirSync(fresh).filter((name) => name.endsWith('.deb'))) {
      run('dpkg', ['-x', join(fresh, file), fresh]);
      rmSync(join(fresh, file));
    }
    // It does not run as root, so others have to get at it.
    chmodSync(fresh, 0o755);
    rmSync(tree, { recursive: true, force: true });
    renameSync(fresh, tree);
    say(`unpacked into ${tree}`);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}
