// What every script of this repository needs first. Plain JavaScript: it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Packages are read from their TypeScript source: no build between an edit and a run. */
export const sourceFlags = ['--conditions=duoport-source', '--import', 'tsx'];

/** Runs a command to its end, its output shown; throws when it fails. */
export function run(command, args, options = {}) {
  const { status, error, signal } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (error !== undefined) throw error;
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${signal ?? `exit code ${status}`}`);
}

/** Runs npm: the one that started this script where there is one. */
export function npm(...args) {
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js')) run(process.execPath, [script, ...args]);
  else run('npm', args, { shell: process.platform === 'win32' });
}

/** Installs the dependencies when the lock file is newer than what is installed. */
export async function ensureInstalled() {
  const installed = path.join(root, 'node_modules', '.package-lock.json');
  const wanted = path.join(root, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) return;
  console.error('Installing the dependencies…');
  npm('ci', '--include=dev', '--no-fund', '--no-audit');
}

/** Builds the packages when a source is newer than the last build. */
export function ensureBuilt() {
  const isStamp = (file) => file.endsWith(`dist${path.sep}.tsbuildinfo`);
  const stamps = ['packages', 'lab'].flatMap((folder) => files(folder, isStamp));
  const isSource = (file) => file.endsWith('.ts') && file.includes(`${path.sep}src${path.sep}`);
  const sources = ['packages', 'lab'].flatMap((folder) => files(folder, isSource));
  const built = Math.min(...stamps.map(modified));
  if (stamps.length > 0 && sources.every((file) => modified(file) <= built)) return;
  console.error('Building…');
  run(process.execPath, [path.join('node_modules', 'typescript', 'bin', 'tsc'), '-b', 'tsconfig.build.json']);
}

/** The files below a folder of the repository, as paths from its root, without what is installed or made. */
export function files(folder, wanted) {
  const found = [];
  const walk = (directory) => {
    for (const entry of readdirSync(path.join(root, directory), { withFileTypes: true })) {
      const name = path.join(directory, entry.name);
      if (entry.name === 'node_modules' || entry.name === '.cache') continue;
      if (entry.isDirectory()) walk(name);
      else if (wanted(name)) found.push(name);
    }
  };
  if (existsSync(path.join(root, folder))) walk(folder);
  return found.sort();
}

function modified(file) {
  return statSync(path.join(root, file)).mtimeMs;
}
