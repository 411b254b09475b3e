import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  buildLab,
  duoportCommand,
  findTopology,
  type Lab,
  type Topology,
  whatLabLacks,
} from '../src/index.ts';
import { linesOf } from './support/lines.ts';

// The server's own log, in front of real firewalls: it names the cause, and the rule that it prints opens the way.

const lack = whatLabLacks();
const skip = lack ?? false;

/** `duoport serve` on the server's host: its log, line by line. */
async function serving(t: TestContext, lab: Lab, words: readonly string[] = []) {
  const folder = await mkdtemp(path.join(tmpdir(), 'duoport-tells-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(path.join(folder, 'hello'), 'hello');
  const flags = ['--user', 'u:p', '--passive-ports', '50000-50020', '--data-timeout', '1s', '--listen', '21'];
  const argv = ['env', 'DUOPORT_LOGS_FORMAT=text', ...duoportCommand(), 'serve', folder, ...flags, ...words];
  const child = lab.start('server', argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  const { lines, logged } = linesOf(child);
  await logged(/^Ctrl-C/);
  return { logged, lines };
}

/** Lists with curl in the client's namespace; the exit code. */
async function list(lab: Lab, words: readonly string[]): Promise<number | null> {
  const { address } = lab.topology.dial;
  const argv = [
    'curl',
    '-sS',
    '--max-time',
    '8',
    '--connect-timeout',
    '2',
    ...words,
    `ftp://u:p@${address}/`,
  ];
  return (await lab.run('client', argv, { timeout: 20_000 })).status;
}

/** The indented lines after "Opened by". */
function printedRule(lines: readonly string[]): string {
  const at = lines.findIndex((line) => line.startsWith('  Opened by'));
  assert.ok(at >= 0, lines.join('\n'));
  const rest = lines.slice(at + 1);
  const end = rest.findIndex((line) => !line.startsWith('    '));
  return (end < 0 ? rest : rest.slice(0, end)).map((line) => line.slice(4)).join('\n');
}

function topology(name: string, rules?: string): Topology {
  const found = findTopology(name);
  assert.ok(found !== undefined, name);
  if (rules === undefined) return found;
  return { ...found, hosts: found.hosts.map((host) => (host.role === 'server' ? { ...host, rules } : host)) };
}

test('a shut passive range is told after three failures, and the rule that is printed opens it', {
  skip,
}, async (t) => {
  await using lab = await buildLab(topology('server-only-21-drop'));
  const { logged, lines } = await serving(t, lab);
  for (let round = 0; round < 3; round += 1) assert.notEqual(await list(lab, ['--disable-epsv']), 0);
  await logged(/no data connection, passive mode: waited .* port \d+ is probably shut/);
  await logged(/3 data connections with clients in .* failed for the same reason/);
  await logged(/^ {4}\S/);
  const applied = await lab.run('server', ['sh', '-c', printedRule(lines)]);
  assert.equal(applied.status, 0, applied.stderr);
  assert.equal(await list(lab, ['--disable-epsv']), 0);
});

test('a SYN that arrives while its answer gets lost is told from one that never came', {
  skip,
}, async (t) => {
  const rules = `table inet filter {
  chain output {
    type filter hook output priority filter; policy accept;
    tcp sport 50000-50020 tcp flags & (syn | ack) == syn | ack drop
  }
}`;
  await using lab = await buildLab(topology('flat-ipv4', rules));
  const { logged } = await serving(t, lab);
  assert.notEqual(await list(lab, ['--disable-epsv']), 0);
  await logged(/its SYN arrived at port \d+ and the answer got lost/);
});

test('a client firewall is told from the failures of active mode, and its rule opens it', {
  skip,
}, async (t) => {
  await using lab = await buildLab(topology('client-shut-drop'));
  const { logged, lines } = await serving(t, lab, ['--active-source-port', '20']);
  for (let round = 0; round < 3; round += 1) assert.notEqual(await list(lab, ['--ftp-port', '-']), 0);
  await logged(/no data connection, active mode: .* was dialled for/);
  await logged(/3 data connections with clients in/);
  await logged(/^ {4}\S/);
  const applied = await lab.run('client', ['sh', '-c', printedRule(lines)]);
  assert.equal(applied.status, 0, applied.stderr);
  assert.equal(await list(lab, ['--ftp-port', '-']), 0);
});
