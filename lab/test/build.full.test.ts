// Labs for real: they connect, and they are gone afterwards, whatever ends them.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import {
  buildLab,
  type CellRun,
  duoportCommand,
  findTopology,
  runTopology,
  type Topology,
  type TopologyRun,
  whatLabLacks,
} from '@duoport/lab';
import { nodeCommand } from '../src/drivers/programs.ts';
import { Traces, until } from './support/traces.ts';

const options = { skip: whatLabLacks() ?? false, timeout: 120_000 };

test('hosts reach each other as the topology says, each with its own address', options, async () => {
  await using lab = await buildLab(findTopology('client-nat'));
  assert.equal(lab.address('server'), '203.0.113.10');
  const answer =
    'require("net").createServer((s) => s.end(s.remoteAddress)).listen(21, "0.0.0.0", () => console.log("up"))';
  const server = lab.start('server', [process.execPath, '-e', answer]);
  assert.ok(server.stdout);
  await once(server.stdout, 'data');
  const seen = await lab.run('client', ['bash', '-c', 'cat < /dev/tcp/203.0.113.10/21'], { timeout: 10_000 });
  assert.equal(seen.stdout, '192.0.2.2', 'the NAT shows the address of the router');
  const back = await lab.run('server', ['bash', '-c', 'cat < /dev/tcp/192.168.1.10/21'], { timeout: 10_000 });
  assert.match(back.stderr, /unreachable/, 'nobody knows a private network');
  const late = await lab.run('client', ['sleep', '100'], { timeout: 100 });
  assert.deepEqual([late.timedOut, late.status], [true, null]);
});

test('a rule that cannot be loaded: the error names the host, and nothing stands', options, async () => {
  const flat = findTopology('flat-ipv4');
  const hosts = flat.hosts.map((host) =>
    host.role === 'server' ? { ...host, rules: 'table inet filter { chain nonsense' } : host,
  );
  const traces = new Traces();
  Object.assign(process.env, traces.environment);
  await assert.rejects(buildLab({ ...flat, hosts }), /Setting up server failed: .*syntax error/s);
  assert.deepEqual(await traces.left(process.pid), []);
});

test('SIGKILL of whoever made it: no process and no namespace is left', options, async () => {
  for (const name of ['flat-ipv4', 'nat-forgets-idle']) {
    const traces = new Traces();
    const child = start(nodeCommand(new URL('./support/hold-lab.ts', import.meta.url)), [name], traces);
    await said(child, /standing/);
    assert.equal(await traces.watchNamespaces(child.pid), findTopology(name).hosts.length);
    child.kill('SIGKILL');
    await once(child, 'close');
    assert.deepEqual(await traces.left(child.pid), [], name);
  }
});

test('Ctrl-C in the middle of a run removes everything', options, async () => {
  const traces = new Traces();
  const child = start(duoportCommand(), ['lab', 'run', 'four-firewalls-drop'], traces);
  await said(child, /Building/);
  await until(() => traces.processes(child.pid).length >= 8, 30_000);
  assert.ok((await traces.watchNamespaces(child.pid)) > 0);
  child.kill('SIGINT');
  const [code] = await once(child, 'close');
  assert.equal(code, 1);
  assert.deepEqual(await traces.left(child.pid), []);
});

test('without root it says what it needs, and does nothing', options, async () => {
  const [program = '', ...rest] = [...duoportCommand(), 'lab', 'run', 'flat-ipv4'];
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], uid: 65_534, gid: 65_534 });
  const [talk, [code]] = await Promise.all([said(child, /duoport: .*\n/), once(child, 'close')]);
  assert.match(talk, /The lab needs root: .* Run it again with sudo\./);
  assert.equal(code, 1);
});

test('--keep stands until Ctrl-C, and every host can be entered by name', options, async () => {
  const traces = new Traces();
  const child = start(duoportCommand(), ['lab', 'run', 'server-range', '--keep'], traces);
  const talk = await said(child, /The server listens/);
  assert.deepEqual(spacesOf(child).length, findTopology('server-range').hosts.length);
  for (const [, space] of talk.matchAll(/ip netns exec (\S+)/g)) {
    const entered = spawn('ip', ['netns', 'exec', space ?? '', 'true']);
    assert.deepEqual(await once(entered, 'close'), [0, null], space);
  }
  child.kill('SIGINT');
  assert.deepEqual(await once(child, 'close'), [0, null]);
  assert.deepEqual(spacesOf(child), []);
  assert.deepEqual(await traces.left(child.pid), []);
});

test(
  'names that a run left, because all of it was killed at once, are removed at the next start',
  options,
  async () => {
    const traces = new Traces();
    const child = start(duoportCommand(), ['lab', 'run', 'server-range', '--keep'], traces);
    await said(child, /The server listens/);
    for (const pid of traces.processes(child.pid)) process.kill(pid, 'SIGKILL');
    child.kill('SIGKILL');
    await once(child, 'close');
    assert.ok(spacesOf(child).length > 0);
    await (await buildLab(findTopology('flat-ipv4'))).close();
    assert.deepEqual(spacesOf(child), []);
    assert.deepEqual(await traces.left(child.pid), []);
  },
);

test('where a connection was stopped is what the hosts counted', {
  ...options,
  timeout: 240_000,
}, async () => {
  const ends = await endsOf(findTopology('four-firewalls-reject'));
  assert.deepEqual(ends['PASV'], { kind: 'stopped', host: 'client-router', refused: true });
  assert.deepEqual(ends['EPRT'], { kind: 'stopped', host: 'server-router', refused: true });
  const nat = await endsOf(findTopology('server-nat-21-reset'));
  assert.deepEqual(nat['EPSV'], { kind: 'wrong-host', host: 'server-router', refused: true });
  assert.deepEqual(nat['PORT'], { kind: 'arrived' });
  const shut = await endsOf(findTopology('client-shut-drop'));
  assert.deepEqual(shut['PORT'], { kind: 'stopped', host: 'client', refused: false });
  const home = await endsOf(findTopology('client-nat'));
  assert.deepEqual(home['EPRT'], { kind: 'not-dialled' });
});

async function endsOf(topology: Topology): Promise<Record<string, CellRun['data']['end']>> {
  const run: TopologyRun = await runTopology(topology);
  assert.deepEqual(
    run.cells.filter(({ asExpected }) => !asExpected).map(({ cell, result }) => ({ cell, result })),
    [],
    topology.name,
  );
  return Object.fromEntries(run.cells.map(({ cell, data }) => [cell.verb, data.end]));
}

function start(command: readonly string[], words: readonly string[], traces: Traces): ChildProcess {
  const [program = '', ...rest] = command;
  return spawn(program, [...rest, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: traces.environment,
  });
}

/** Resolves with all it has said once that fits; rejects when it ends before. */
async function said(child: ChildProcess, wanted: RegExp): Promise<string> {
  let text = '';
  return await new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (wanted.test(text)) resolve(text);
      });
    }
    child.once('close', (code) => reject(new Error(`It ended (${code}): ${text}`)));
  });
}

function spacesOf(child: ChildProcess): readonly string[] {
  return readdirSync('/run/netns').filter((name) => name.startsWith(`duoport-${child.pid}-`));
}
