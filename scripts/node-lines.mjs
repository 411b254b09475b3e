// The Node lines the product runs on, each from the npm package of its binary, kept in .cache.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { npm, root } from './workspace.mjs';

const lines = [20, 22, 24, 26];

/** Pairs of line and executable. The line that runs this script is used as it is. */
export async function nodeLines() {
  const own = Number(process.versions.node.split('.')[0]);
  return lines.map((line) => [line, line === own ? process.execPath : install(line)]);
}

function install(line) {
  const folder = path.join(root, '.cache', `node-${line}`);
  // What the package `node` itself would fetch, without its install script.
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const executable = path.join(folder, 'node_modules', name, 'bin', 'node');
  if (!existsSync(executable)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
    npm('install', '--prefix', folder, '--no-save', '--ignore-scripts', `${name}@${line}`);
  }
  const { stdout, status } = spawnSync(executable, ['--version'], { encoding: 'utf8' });
  if (status !== 0 || !stdout.startsWith(`v${line}.`))
    throw new Error(`Node ${line} does not run: ${executable}`);
  return executable;
}
