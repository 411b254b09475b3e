// Debian's packages, fetched and not installed. Plain JavaScript: it runs before anything is built or installed.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What apt would install beside the servers themselves: only libraries and Python modules matter, no daemons. */
export function missingLibraries(wanted) {
  const found = new Set();
  for (const name of wanted) {
    const plan = apt(['-s', 'install', '--no-install-recommends', name]);
    for (const [, dependency] of plan.matchAll(/^Inst (\S+)/gm)) {
      if (/^(lib|python3-)/.test(dependency)) found.add(dependency);
    }
  }
  return [...found];
}

/** Puts the packages and the libraries that this machine lacks into a folder; there is never half of one. */
export function unpackInto(tree, wanted, say) {
  const packages = [...wanted, ...missingLibraries(wanted)];
  mkdirSync(dirname(tree), { recursive: true });
  const fresh = mkdtempSync(`${tree}-new-`);
  try {
    say(`apt-get download ${packages.join(' ')}`);
    apt(['download', ...packages], fresh);
    for (const file of readdirSync(fresh).filter((name) => name.endsWith('.deb'))) {
      run('dpkg', ['-x', join(fresh, file), fresh]);
      rmSync(join(fresh, file));
    }
    // What does not run as root has to get at it.
    chmodSync(fresh, 0o755);
    rmSync(tree, { recursive: true, force: true });
    renameSync(fresh, tree);
    say(`unpacked into ${tree}`);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Runs apt-get; returns what it printed. */
export function apt(args, cwd) {
  // The sandbox user of apt may not write into our cache folder.
  const options = ['-q', '-o', 'APT::Sandbox::User=root', '-o', 'DPkg::Lock::Timeout=300'];
  return run('apt-get', [...options, ...args], { cwd });
}

/** Runs a program; returns what it printed, or throws its last words. */
export function run(program, args, { cwd } = {}) {
  const result = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
  });
  if (result.status === 0) return result.stdout;
  const talk = `${result.error?.message ?? ''}${result.stderr ?? ''}`.trim().split('\n').slice(-5).join('\n');
  throw new Error(`${program} ${args.join(' ')} failed (${result.status ?? result.signal}): ${talk}`);
}
