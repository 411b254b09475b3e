// `duoport lab matrix` as root, as a user runs it: nothing unexplained, docs/lab-matrix.md is what it finds, and nothing is
// left behind however it ends.
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import {
  type CellReport,
  documentText,
  duoportCommand,
  repository,
  topologies,
  whatLabLacks,
} from '@duoport/lab';

const lack = whatLabLacks();
const skip = lack ?? false;

test('every topology × every verb × plain and TLS: both columns as expected or explained', {
  skip,
  timeout: 600_000,
}, async () => {
  const before = machine();
  const { child, mark } = start(['--json']);
  const [stdout, stderr, [code]] = await Promise.all([outputOf(child), talkOf(child), once(child, 'close')]);
  assert.equal(code, 0, stderr);
  const cells: readonly CellReport[] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(cells.length, topologies.length * 8);
  for (const cell of cells) {
    const meant = cell.expected.outcome !== 'none';
    assert.deepEqual([cell.duoport !== undefined, cell.others !== undefined], [meant, meant]);
    assert.deepEqual(cell.faults, []);
  }
  assert.ok(
    readFileSync(join(repository(), 'docs', 'lab-matrix.md'), 'utf8') === documentText(topologies, cells),
    'docs/lab-matrix.md is out of date: sudo npx duoport lab matrix --write',
  );
  assert.deepEqual(marked(mark), []);
  assert.deepEqual(machine(), before);
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
  test(`${signal} in the middle leaves no namespace, rule or process`, {
    skip,
    timeout: 60_000,
  }, async () => {
    const before = machine();
    const { child, mark } = start(['--only', 'drop|nat']);
    const output = outputOf(child);
    // The first network is done, the next ones stand and have servers in them.
    assert.ok(child.stderr);
    await once(child.stderr, 'data');
    assert.ok(marked(mark).length > 1, 'there is something to take down');
    child.kill(signal);
    const [code] = await once(child, 'close');
    await output;
    assert.equal(code, signal === 'SIGKILL' ? null : 1);
    await goneWithin(mark, signal === 'SIGKILL' ? 10_000 : 0);
    assert.deepEqual(machine(), before);
  });
}

/** Starts the matrix; whatever comes of it has `mark` in its environment. */
function start(words: readonly string[]): { readonly child: ChildProcess; readonly mark: string } {
  const id = randomUUID();
  const [program = '', ...rest] = duoportCommand();
  const child = spawn(program, [...rest, 'lab', 'matrix', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DUOPORT_MATRIX_TEST: id },
  });
  return { child, mark: `DUOPORT_MATRIX_TEST=${id}` };
}

async function outputOf({ stdout }: ChildProcess): Promise<string> {
  return stdout === null ? '' : await text(stdout);
}

async function talkOf({ stderr }: ChildProcess): Promise<string> {
  return stderr === null ? '' : await text(stderr);
}

/** What of this machine's own network a lab must never touch. */
function machine(): object {
  const run = (program: string, ...words: readonly string[]): string =>
    execFileSync(program, words, { encoding: 'utf8' });
  return {
    rules: run('nft', 'list', 'ruleset').replaceAll(/packets \d+ bytes \d+/g, ''),
    routes: run('ip', 'route'),
    cards: readdirSync('/sys/class/net'),
  };
}

/** Processes with the mark: `123 vsftpd`. A namespace without a name lives no longer than the processes in it. */
function marked(mark: string): readonly string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(mark)) return [];
      return [`${pid} ${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()}`];
    } catch {
      // It ended this moment.
      return [];
    }
  });
}

/** The holders of the namespaces notice by themselves that their maker was killed: they read the end of a pipe. */
async function goneWithin(mark: string, milliseconds: number): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (marked(mark).length > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.deepEqual(marked(mark), []);
}
