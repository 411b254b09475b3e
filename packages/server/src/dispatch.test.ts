import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeFeat, findVerb, type VerbRow, verbs } from '@duoport/protocol';
import { certificate } from '@duoport/testkit';
import { ask, contextOf, replyTo, type Scene, settingsFor } from '../test/handlers.ts';
import { allPermissions, type Permission } from './accounts/accounts.ts';
import { handlerOf } from './commands.ts';
import { dispatch } from './dispatch.ts';
import { FilesError } from './files/files.ts';
import { MemoryFiles } from './files/memory/memory-files.ts';
import { noFiles } from './no-files.ts';
import { type Power, powersOf } from './powers.ts';

const everything = {
  tls: { ...certificate, allowClear: true },
  hosts: ['ftp.example.org'],
};

/** A line for a row that is understood, if not always granted. */
function lineOf(row: VerbRow): string {
  const argument = row.argument === 'none' ? '' : ` ${arguments_[row.verb] ?? 'x'}`;
  return `${row.verb}${argument}`;
}

const arguments_: Readonly<Record<string, string>> = {
  PORT: '127,0,0,1,200,1',
  EPRT: '|1|127.0.0.1|51201|',
  LPRT: '4,4,127,0,0,1,2,200,1',
  EPSV: 'ALL', // opens no port
  REST: '0',
  RANG: '1 0',
  ALLO: '1',
  MFMT: '20260101000000 x',
  MFCT: '20260101000000 x',
  MFF: 'Modify=20260101000000; x',
  'SITE CHMOD': '644 x',
  'SITE UTIME': '20260101000000 x',
  'SITE SYMLINK': 'x y',
};

const featureOf = (row: VerbRow) => row.feat?.split(' ')[0];

async function features(scene: Scene): Promise<ReadonlySet<string>> {
  const { lines } = await replyTo('FEAT', scene);
  return new Set(lines.slice(1, -1).map((line) => line.trim().split(/[ ;]/)[0] ?? ''));
}

test('every row of the verb table has a handler, or is refused with 502 and is not in FEAT', async () => {
  const scene = { options: everything };
  const listed = await features(scene);
  const without: string[] = [];
  for (const row of verbs) {
    if (handlerOf(row) !== undefined) continue;
    without.push(row.verb);
    assert.equal((await replyTo(lineOf(row), scene)).code, 502, row.verb);
    const feature = featureOf(row);
    if (feature !== undefined) assert.ok(!listed.has(feature), `${row.verb} is in FEAT`);
  }
  assert.deepEqual(without, ['ACCT', 'SMNT', 'ADAT', 'MIC', 'CONF', 'ENC', 'SSCN', 'CPSV']);
});

const powers = new Set(verbs.flatMap((row) => row.power ?? []));

for (const power of powers) {
  test(`without the power ${power} its verbs are refused with 502 and leave FEAT`, async () => {
    const context = contextOf('NOOP', { options: everything });
    const left = new Set<Power>([...context.powers].filter((each) => each !== power));
    const scene = { options: everything, powers: left };
    const listed = await features(scene);
    for (const row of verbs.filter((each) => each.power === power)) {
      assert.equal((await replyTo(lineOf(row), scene)).code, 502, row.verb);
      const feature = featureOf(row);
      const others = verbs.some((other) => featureOf(other) === feature && other.power !== power);
      if (feature !== undefined && !others) assert.ok(!listed.has(feature), `${row.verb} is in FEAT`);
    }
  });
}

test('every power that the configuration can take away is gone when it does', () => {
  const files = new MemoryFiles();
  const off = powersOf(settingsFor({ active: { enabled: false }, hash: false, deflate: false }), {
    files: noFiles,
  });
  for (const power of ['active', 'hash', 'mode-z', 'tls', 'clear-control', 'host'] as const)
    assert.ok(!off.has(power), power);
  for (const power of ['set-modified', 'set-created', 'chmod', 'symlink', 'space'] as const) {
    assert.ok(!off.has(power), power);
    assert.ok(powersOf(settingsFor(), { files }).has(power), power);
  }
  assert.ok(!powersOf(settingsFor({ passive: { enabled: false } }), { files }).has('passive'));
  assert.ok(powersOf(settingsFor(everything), { files }).has('clear-control'));
  const strict = settingsFor({ ...everything, requireTls: 'control' });
  assert.ok(!powersOf(strict, { files }).has('clear-control'));
});

test('what an account limits is gone for it alone', () => {
  const settings = settingsFor(everything);
  const files = new MemoryFiles();
  const passive = powersOf(settings, { files, limits: { modes: ['passive'] } });
  assert.deepEqual([passive.has('passive'), passive.has('active')], [true, false]);
  const active = powersOf(settings, { files, limits: { modes: ['active'] } });
  assert.deepEqual([active.has('passive'), active.has('active')], [false, true]);
  assert.ok(!powersOf(settings, { files, limits: { requireTls: 'control' } }).has('clear-control'));
  assert.ok(powersOf(settings, { files, limits: { requireTls: 'data' } }).has('clear-control'));
  assert.deepEqual(
    [...powersOf(settings, { files, limits: { sessions: 1 } })],
    [...powersOf(settings, { files })],
  );
});

test('an account that needs protected data connections gets 521 without PROT P', async () => {
  const login = { user: 'ada', files: new MemoryFiles(), home: '/', permissions: allPermissions };
  const context = (requireTls: 'data' | 'both' | 'control') => ({
    ...contextOf('LIST'),
    login: { ...login, limits: { requireTls } },
  });
  const fails = (error: unknown): never => {
    throw error;
  };
  for (const needed of ['data', 'both'] as const) {
    const answer = await dispatch(context(needed), fails);
    assert.equal('code' in answer && answer.code, 521, needed);
  }
  const answer = await dispatch(context('control'), fails);
  assert.ok(!('code' in answer) || answer.code !== 521);
});

test('what FEAT names is granted: no row with a feature line is refused with 502', async () => {
  const scene = { options: everything, files: new MemoryFiles({ contents: { '/x': 'x' } }) };
  const feat = decodeFeat(await replyTo('FEAT', scene));
  assert.ok(!('fault' in feat));
  for (const row of verbs) {
    if (row.feat === undefined || handlerOf(row) === undefined) continue;
    const answer = await ask(lineOf(row), scene);
    if ('direction' in answer) continue;
    const { code } = 'code' in answer ? answer : answer.reply;
    assert.notEqual(code, 502, row.verb);
  }
});

for (const row of verbs) {
  if (row.permission === 'none' || handlerOf(row) === undefined) continue;
  test(`${row.verb} without the permission to ${row.permission} is refused with 550`, async () => {
    const permissions = new Set<Permission>([...allPermissions].filter((each) => each !== row.permission));
    const files = new MemoryFiles({ contents: { '/x': 'x' } });
    const before = JSON.stringify(await snapshot(files));
    const reply = await replyTo(lineOf(row), { options: everything, permissions, files });
    assert.equal(reply.code, 550, reply.lines[0]);
    assert.match(reply.lines.join(' '), /Permission denied/);
    assert.equal(JSON.stringify(await snapshot(files)), before);
  });
}

const revealing = (row: VerbRow) => row.secret || row.identifies || row.needs === 'login';

test('where the control connection must be under TLS, whatever tells of the user is refused with 534 in the clear', async () => {
  const options = { ...everything, requireTls: 'control' } as const;
  for (const row of verbs) {
    if (handlerOf(row) === undefined) continue;
    const scene = { options, login: null } as const;
    if (row.power !== undefined && !contextOf('NOOP', scene).powers.has(row.power)) continue;
    const { code } = await replyTo(lineOf(row), scene);
    assert.equal(code === 534, revealing(row), `${row.verb} got ${code}`);
  }
});

test('where the control connection is under TLS, nothing is refused with 534', async () => {
  const options = { ...everything, requireTls: 'control' } as const;
  for (const row of verbs.filter(revealing)) {
    const answer = await ask(lineOf(row), { options, secure: true, parameters: { protection: 'private' } });
    if (!('direction' in answer)) assert.notEqual('code' in answer ? answer.code : answer.reply.code, 534);
  }
});

test('where data must be under TLS, every verb that transfers is refused with 521 before PROT P, and none after', async () => {
  const options = { ...everything, requireTls: 'data' } as const;
  const files = new MemoryFiles({ contents: { '/x/': '', '/y': 'y' } });
  for (const row of verbs) {
    if (row.transfer === 'no') continue;
    assert.equal((await replyTo(lineOf(row), { options, files })).code, 521, row.verb);
    const protectedScene = { options, files, secure: true, parameters: { protection: 'private' } } as const;
    const answer = await ask(lineOf(row), protectedScene);
    if ('code' in answer) assert.notEqual(answer.code, 521, row.verb);
  }
  assert.equal((await replyTo('PROT C', { options })).code, 534);
});

test('a mode that is switched off says so and says what to use', async () => {
  const noPassive = { options: { passive: { enabled: false } } };
  for (const line of ['PASV', 'EPSV', 'LPSV'])
    assert.match(
      (await replyTo(line, noPassive)).lines[0] ?? '',
      /Passive mode is switched off here; use PORT/,
    );
  const noActive = { options: { active: { enabled: false } } };
  for (const line of ['PORT 127,0,0,1,9,9', 'EPRT |1|127.0.0.1|9999|', 'LPRT 4,4,127,0,0,1,2,9,9'])
    assert.match(
      (await replyTo(line, noActive)).lines[0] ?? '',
      /Active mode is switched off here; use PASV/,
    );
});

test('a bug in a handler is a 451, and is reported', async () => {
  const bugs: unknown[] = [];
  const crash = new TypeError('x is not a function');
  for (const stat of [
    () => {
      throw crash;
    },
    () => Promise.reject(crash),
  ]) {
    const files = { ...noFiles, stat };
    const answer = await dispatch(contextOf('CWD x', { files }), (error) => bugs.push(error));
    assert.deepEqual(answer, { code: 451, lines: ['A fault of this server; it has been logged'] });
  }
  assert.deepEqual(bugs, [crash, crash]);
});

test('what went wrong with a file becomes the reply of the table', async () => {
  const kinds = { 'not-found': 550, 'no-space': 452, quota: 552, 'name-too-long': 553, busy: 450, io: 451 };
  for (const [kind, code] of Object.entries(kinds)) {
    const stat = () => Promise.reject(new FilesError(kind as keyof typeof kinds, { path: '/x\r\n220 y' }));
    const files = { ...noFiles, stat };
    const reply = await replyTo('CWD x', { files });
    assert.equal(reply.code, code, kind);
    assert.ok(!/[\r\n]/.test(reply.lines.join('')));
  }
});

test('an alias does what its verb does', async () => {
  for (const row of verbs) {
    if (row.aliasOf === undefined) continue;
    const original = findVerb(row.aliasOf);
    assert.ok(original !== undefined && handlerOf(row) === handlerOf(original), row.verb);
  }
});

async function snapshot(files: MemoryFiles): Promise<unknown> {
  const all: unknown[] = [];
  for await (const batch of files.list('/')) all.push(...batch);
  return all;
}
