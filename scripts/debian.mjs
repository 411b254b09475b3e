// Makes sure of the Debian programs that the interop and bench suites drive. Plain JavaScript: it runs before anything
// is built or installed. `node scripts/debian.mjs` fetches what is missing; `locatePeers()` only looks.
//
// Tools that get along with each other (curl, lftp, nft, python3 …) are installed with apt. The FTP servers
// conflict with each other as packages and would start system services, so their packages are only unpacked into
// `.cache/peers`, together with the libraries that this machine lacks.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apt, missingLibraries, run } from './apt.mjs';
import { pebbleRoot, unpackPebble } from './pebble.mjs';
import { postgresPrograms, unpackPostgres } from './postgresql.mjs';
import { slapdRoot, unpackSlapd } from './slapd.mjs';

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(repository, '.cache');
const tree = join(cache, 'peers');
/** File names of the unpacked packages, one a line: `vsftpd_3.0.3-13+b2_amd64.deb`. */
const packageList = 'packages.txt';

/** Program → Debian package. */
const tools = {
  curl: 'curl',
  lftp: 'lftp',
  wget: 'wget',
  openssl: 'openssl',
  python3: 'python3',
  unshare: 'util-linux',
  nsenter: 'util-linux',
  setpriv: 'util-linux',
  ip: 'iproute2',
  tc: 'iproute2',
  nft: 'nftables',
  iptables: 'iptables',
  conntrack: 'conntrack',
  'systemd-analyze': 'systemd',
};

/** Server → what to unpack, and the files that prove it is all there. */
const servers = {
  vsftpd: { packages: ['vsftpd'], files: ['usr/sbin/vsftpd'] },
  proftpd: {
    packages: ['proftpd-core', 'proftpd-mod-crypto'],
    files: ['usr/sbin/proftpd', 'usr/lib/proftpd/mod_tls.so'],
  },
  // A module of ProFTPD that makes a gateway of it, to be measured beside ours.
  modproxy: { packages: ['proftpd-mod-proxy'], files: ['usr/lib/proftpd/mod_proxy.so'] },
  pureftpd: { packages: ['pure-ftpd', 'pure-ftpd-common'], files: ['usr/sbin/pure-ftpd', 'usr/bin/pure-pw'] },
  pyftpdlib: {
    packages: ['python3-pyftpdlib', 'python3-openssl'],
    files: ['usr/lib/python3/dist-packages/pyftpdlib/__init__.py'],
  },
  // Two proxies: they read what `duoport firewall` writes for them (a stream module is no program, but nginx needs it).
  haproxy: { packages: ['haproxy'], files: ['usr/sbin/haproxy'] },
  nginx: {
    packages: ['nginx', 'libnginx-mod-stream'],
    files: ['usr/sbin/nginx', 'usr/lib/nginx/modules/ngx_stream_module.so'],
  },
  // A router that opens ports when it is asked to.
  miniupnpd: { packages: ['miniupnpd', 'miniupnpd-nftables'], files: ['usr/sbin/miniupnpd'] },
  // Two firewalls that take over the machine they are installed on: the lab runs them from here, in a namespace.
  ufw: { packages: ['ufw'], files: ['usr/sbin/ufw'] },
  firewalld: {
    packages: [
      'firewalld',
      'gir1.2-nm-1.0',
      'gir1.2-glib-2.0',
      'python3-dbus',
      'python3-gi',
      'dbus',
      'dbus-daemon',
      'dbus-system-bus-common',
      'polkitd',
    ],
    files: [
      'usr/sbin/firewalld',
      'usr/bin/dbus-daemon',
      'usr/lib/python3/dist-packages/firewall/__init__.py',
    ],
  },
};

/** Where every peer is, and why the missing ones are missing. Changes nothing. */
export function locatePeers() {
  const missing = [];
  const paths = {};
  for (const [name, debian] of Object.entries(tools)) {
    paths[name] = which(name);
    if (paths[name] === undefined) missing.push({ name, reason: `no ${name} (Debian package ${debian})` });
  }
  for (const [name, server] of Object.entries(servers)) {
    const reason = faultOf(tree, server.files);
    if (reason !== undefined) missing.push({ name, reason });
    paths[name] = reason === undefined ? join(tree, server.files[0]) : undefined;
  }
  paths.postgresql = postgresPrograms();
  if (paths.postgresql === undefined)
    missing.push({ name: 'postgresql', reason: 'no initdb (Debian package postgresql)' });
  paths.pebble = pebbleRoot();
  if (paths.pebble === undefined)
    missing.push({ name: 'pebble', reason: 'no pebble (Debian package pebble)' });
  paths.slapd = slapdRoot();
  if (paths.slapd === undefined) missing.push({ name: 'slapd', reason: 'no slapd (Debian package slapd)' });
  return { tree, paths, environment: libraryEnvironment(tree), versions: versionsOf(tree), missing };
}

/** For the test runner: fetches what is missing and says so on standard error. Never throws: tests say what they lack. */
export async function preparePeers({ servers: all = true } = {}) {
  const lost = ({ missing }) =>
    missing.filter(({ name }) => all || !(name in servers)).map(({ name }) => name);
  const before = lost(locatePeers());
  if (before.length === 0) return;
  process.stderr.write(`Fetching other people's programs: ${before.join(', ')}…\n`);
  const after = ensurePeers();
  const still = new Set(lost(after));
  for (const { name, reason } of after.missing) {
    if (still.has(name)) process.stderr.write(`${name} is missing: ${reason}\n`);
  }
}

/**
 * Fetches what is missing (needs root and apt), then says where everything is. Safe to call from several processes at
 * once, and quick when there is nothing to do.
 */
export function ensurePeers() {
  const found = locatePeers();
  if (found.missing.length === 0) return found;
  const refusal = whyNotApt();
  if (refusal !== undefined) {
    return {
      ...found,
      missing: found.missing.map(({ name, reason }) => ({ name, reason: `${reason}; ${refusal}` })),
    };
  }
  mkdirSync(cache, { recursive: true });
  // flock(1) is part of util-linux, which no Debian is without; two test files may get here at the same time.
  const self = fileURLToPath(import.meta.url);
  const run = spawnSync('flock', [join(cache, 'peers.lock'), process.execPath, self], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  const after = locatePeers();
  if (after.missing.length === 0 || run.status === 0) return after;
  const why = (run.stderr ?? '').trim().split('\n').slice(-3).join(' ');
  return {
    ...after,
    missing: after.missing.map(({ name, reason }) => ({ name, reason: `${reason}; ${why}` })),
  };
}

function fetchMissing(say) {
  const { missing } = locatePeers();
  if (missing.length === 0) return;
  const names = new Set(missing.map(({ name }) => name));
  say(`missing: ${[...names].join(', ')}`);
  const refusal = whyNotApt();
  if (refusal !== undefined) throw new Error(refusal);
  say('apt-get update');
  apt(['update']);
  const install = Object.entries(tools).filter(([name]) => names.has(name));
  if (install.length > 0) {
    const packages = [...new Set(install.map(([, debian]) => debian))];
    say(`apt-get install ${packages.join(' ')}`);
    apt(['install', '-y', '--no-install-recommends', ...packages]);
  }
  if (names.has('postgresql')) unpackPostgres(say);
  if (names.has('pebble')) unpackPebble(say);
  if (names.has('slapd')) unpackSlapd(say);
  if (Object.keys(servers).some((name) => names.has(name))) unpackServers(say);
}

/** Unpacks all servers into a fresh folder and puts it in place with one rename: there is never half a tree. */
function unpackServers(say) {
  const wanted = Object.values(servers).flatMap(({ packages }) => packages);
  mkdirSync(cache, { recursive: true });
  const libraries = missingLibraries(wanted);
  const fresh = mkdtempSync(join(cache, 'peers-new-'));
  try {
    const packages = [...new Set([...wanted, ...libraries])];
    say(`apt-get download ${packages.join(' ')}`);
    apt(['download', ...packages], fresh);
    const archives = readdirSync(fresh).filter((name) => name.endsWith('.deb'));
    writeFileSync(join(fresh, packageList), archives.map((name) => `${decodeURIComponent(name)}\n`).join(''));
    for (const file of archives) {
      run('dpkg', ['-x', join(fresh, file), fresh]);
      rmSync(join(fresh, file));
    }
    for (const server of Object.values(servers)) {
      const fault = faultOf(fresh, server.files);
      if (fault !== undefined) throw new Error(fault);
    }
    rmSync(tree, { recursive: true, force: true });
    renameSync(fresh, tree);
    say(`unpacked into ${tree}`);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function faultOf(root, files) {
  for (const file of files) {
    const path = join(root, file);
    if (!existsSync(path)) return `${file} is not in ${root}`;
    if (file.endsWith('.py')) continue;
    const libraries = spawnSync('ldd', [path], {
      encoding: 'utf8',
      env: { ...process.env, ...libraryEnvironment(root) },
    });
    const lost = [...(libraries.stdout ?? '').matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => name);
    if (lost.length > 0) return `${file} lacks ${lost.join(', ')}`;
  }
  return undefined;
}

/** Package → version, of what is unpacked. */
function versionsOf(root) {
  const list = join(root, packageList);
  const lines = existsSync(list) ? readFileSync(list, 'utf8').trim().split('\n') : [];
  return Object.fromEntries(lines.map((line) => line.split('_', 2)));
}

function libraryEnvironment(root) {
  const lib = join(root, 'usr', 'lib');
  const multiarch = existsSync(lib) ? readdirSync(lib).filter((name) => name.includes('-linux-')) : [];
  return {
    LD_LIBRARY_PATH: multiarch.flatMap((name) => [join(lib, name), join(root, 'lib', name)]).join(':'),
    PYTHONPATH: join(lib, 'python3', 'dist-packages'),
  };
}

/** Debian's own program first: a python3 or curl of somebody's tool manager lacks Debian's modules. */
function which(name) {
  const folders = ['/usr/bin', '/bin', '/usr/sbin', '/sbin', ...(process.env['PATH'] ?? '').split(':')];
  const folder = folders.find((candidate) => candidate !== '' && existsSync(join(candidate, name)));
  return folder === undefined ? undefined : join(folder, name);
}

function whyNotApt() {
  if (!existsSync('/usr/bin/apt-get')) return 'there is no apt-get here to fetch it with';
  if (process.getuid?.() !== 0) return 'fetching it needs root (run: sudo node scripts/debian.mjs)';
  return undefined;
}

function main() {
  try {
    fetchMissing((line) => process.stdout.write(`debian: ${line}\n`));
  } catch (error) {
    process.stderr.write(`debian: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
  const { paths, missing } = locatePeers();
  for (const [name, path] of Object.entries(paths)) {
    if (path !== undefined) process.stdout.write(`${name.padEnd(10)} ${path}\n`);
  }
  for (const { name, reason } of missing) process.stdout.write(`${name.padEnd(10)} missing: ${reason}\n`);
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) main();
