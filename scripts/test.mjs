// npm test: the checks and every test of the packages. npm run test:full: what takes long, on every Node line.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { checks } from './check.mjs';
import { preparePeers } from './debian.mjs';
import { nodeLines } from './node-lines.mjs';
import { ensureBuilt, ensureInstalled, files, root, sourceFlags } from './workspace.mjs';

const full = process.argv.includes('--full');
const only = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const ci = process.env.CI === 'true';

await ensureInstalled();
ensureBuilt();
await preparePeers({ servers: full });

const isLong = (file) => file.endsWith('.full.test.ts') || file.startsWith(`interop${path.sep}`);
const all = ['packages', 'lab', 'scripts', 'interop', 'bench', 'examples']
  .flatMap((folder) => files(folder, (file) => file.endsWith('.test.ts')))
  .filter((file) => only.length === 0 || only.some((word) => file.includes(word)));
const quick = all.filter((file) => !isLong(file));
const failures = [];

if (!full) {
  if (only.length === 0) await step('checks', () => checks());
  await step('tests', () => runTests(process.execPath, quick));
} else {
  const long = all.filter(isLong);
  await step('long tests', () => runTests(process.execPath, long));
  for (const [line, node] of await nodeLines()) {
    // .ci/run has had this line's turn with npm test just before.
    if (ci && node === process.execPath) console.log(`\n# tests on Node ${line}: run by npm test`);
    else await step(`tests on Node ${line}`, () => runTests(node, quick));
  }
}
if (failures.length > 0) {
  console.error(`\nFailed: ${failures.join(', ')}`);
  process.exitCode = 1;
}

async function step(name, body) {
  const started = performance.now();
  console.log(`\n# ${name}`);
  try {
    await body();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    failures.push(name);
  }
  console.log(`# ${name}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

/** In CI a skipped test is a failure: a green run must mean that everything ran. */
function runTests(node, tests) {
  if (tests.length === 0) throw new Error('No test file found');
  const args = [
    ...sourceFlags,
    '--test',
    // A file at a time leaves one of two processors idle while a firewall's time-out runs.
    '--test-concurrency=2',
    // A file that hangs is named, instead of holding everything up. The longest takes five minutes.
    `--test-timeout=${20 * 60_000}`,
    '--test-reporter=spec',
    ...tests,
  ];
  const { status, stdout } = spawnSync(node, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    env: { ...process.env, DUOPORT_TEST: '1' },
  });
  process.stdout.write(ci || status !== 0 ? stdout : summary(stdout));
  const skipped = Number(/^ℹ skipped (\d+)$/m.exec(stdout)?.[1] ?? 0);
  const skips = stdout.split('\n').filter((line) => line.includes('# SKIP'));
  if (skipped > 0) console.log(`Skipped:\n${skips.join('\n')}`);
  if (status !== 0) throw new Error(`node --test ended with exit code ${status}`);
  if (ci && skipped > 0) throw new Error(`${skipped} skipped: in CI that is a failure`);
}

function summary(stdout) {
  const lines = stdout.split('\n');
  return `${lines.slice(lines.findIndex((line) => /^ℹ tests /.test(line))).join('\n')}`;
}
