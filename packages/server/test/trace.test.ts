import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seed, serve } from './serving.ts';

/** What happened to one connection, in order. */
function story(events: Awaited<ReturnType<typeof serve>>['trace'], connection: string): string[] {
  return events.flatMap((event) => {
    if (!('connection' in event) || event.connection !== connection) return [];
    if ('by' in event) return [`${event.kind} by ${event.by}`];
    return [
      'from' in event && typeof event.from === 'string' ? `${event.kind} from ${event.from}` : event.kind,
    ];
  });
}

test('the trace tells both connections: who opened them, from where to where, and who closed first', async (t) => {
  const { login, memory, trace, event, port } = await serve(t);
  await seed(memory, '/f', 'content');
  const client = await login();
  const { local } = client;
  await client.fetch('RETR f', 'EPSV');
  await client.fetch('RETR f', 'EPRT');
  await client.store('STOR g', 'x', 'EPSV');
  await client.expect(221, 'QUIT');
  await client.ended;
  client.destroy();
  await event('closed');
  const passive = [
    'listen by server',
    'open by client',
    'first-byte from server',
    'fin from server',
    'closed by server',
  ];
  assert.deepEqual(story(trace, 'data-1'), passive);
  const active = [
    'dial by server',
    'open by server',
    'first-byte from server',
    'fin from server',
    'closed by server',
  ];
  assert.deepEqual(story(trace, 'data-2'), active);
  const upload = story(trace, 'data-3');
  assert.ok(upload.indexOf('fin from client') < upload.indexOf('fin from server'), upload.join());
  const control = story(trace, 'control');
  assert.deepEqual([control[0], control.at(-1)], ['open by client', 'closed by server']);
  const open = trace.find((each) => each.kind === 'open' && each.connection === 'control');
  assert.ok(open?.kind === 'open');
  assert.deepEqual([open.from, open.to.port], [local, port]);
  const lines = trace.flatMap((each) => (each.kind === 'line' ? [`${each.from}: ${each.text}`] : []));
  assert.deepEqual(lines.slice(0, 5), [
    'server: 220 duoport FTP server ready.',
    'client: USER u',
    'server: 331 Password required',
    'client: PASS ****',
    'server: 230 Logged in as u',
  ]);
});

test('the log tells sessions, logins and transfers as plain data', async (t) => {
  const { connect, events, event } = await serve(t);
  const client = await (await (await connect()).secure()).login();
  await client.store('STOR f', 'twelve bytes', 'EPSV');
  await client.fetch('RETR f', 'EPRT');
  await client.passive();
  await client.expect(221, 'QUIT');
  client.destroy();
  await event('closed');
  const told = JSON.parse(JSON.stringify(events)) as Record<string, unknown>[];
  assert.deepEqual(
    told.map((each) => each['kind']),
    ['connected', 'secured', 'login', 'transfer', 'transfer', 'closed'],
  );
  const [, secured, login, up, down] = told;
  assert.match(String(secured?.['protocol']), /^TLSv1\.[23]$/);
  assert.deepEqual([login?.['user'], login?.['secure']], ['u', true]);
  const facts = (each: Record<string, unknown> | undefined) =>
    ['verb', 'path', 'mode', 'secure', 'bytes'].map((name) => each?.[name]);
  assert.deepEqual(facts(up), ['STOR', '/f', 'passive', true, 12]);
  assert.deepEqual(facts(down), ['RETR', '/f', 'active', true, 12]);
});
