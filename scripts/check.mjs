// npm run check: types, lint and format, layers, dead code, generated pages.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled, root, run, sourceFlags } from './workspace.mjs';

const bin = (...parts) => path.join(root, 'node_modules', ...parts);

/** Runs every check; throws at the first that fails. */
export function checks() {
  run(process.execPath, [bin('typescript', 'bin', 'tsc'), '-b', 'tsconfig.build.json']);
  run(process.execPath, [bin('typescript', 'bin', 'tsc'), '-p', '.']);
  run(process.execPath, [bin('@biomejs', 'biome', 'bin', 'biome'), 'check', '.']);
  run(process.execPath, [...sourceFlags, 'scripts/layers.ts']);
  run(process.execPath, [bin('knip', 'bin', 'knip.js')]);
  run(process.execPath, [...sourceFlags, 'scripts/generate.ts', '--check']);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await ensureInstalled();
  try {
    checks();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
