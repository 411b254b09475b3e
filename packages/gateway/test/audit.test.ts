import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '@duoport/client';
import { type AuditEntry, createGateway } from '@duoport/gateway';
import { createServer, MemoryAccounts, MemoryFiles } from '@duoport/server';

test('every command with its path and its code, the password hidden; and all is counted', async (t) => {
  const accounts = new MemoryAccounts({
    files: new MemoryFiles(),
    users: [{ name: 'ann', password: 'secret' }],
  });
  const server = createServer({ accounts, listen: [{ host: '127.0.0.1', port: 0 }] });
  await server.start();
  t.after(() => server.close({ grace: 0 }));
  const entries: AuditEntry[] = [];
  const gateway = createGateway({
    listen: [{ host: '127.0.0.1', port: 0 }],
    to: [{ host: '127.0.0.1', port: server.listening[0]?.port, mode: 'passive' }],
    audit: (entry) => entries.push(entry),
  });
  await gateway.start();
  t.after(() => gateway.close({ grace: 0 }));
  const url = `ftp://127.0.0.1:${gateway.listening[0]?.port}/`;
  await assert.rejects(connect(url, { user: 'ann', password: 'wrong', tls: 'none' }));
  const client = await connect(url, { user: 'ann', password: 'secret', tls: 'none', mode: 'active' });
  await client.put(Buffer.from('hello'), '/file');
  await assert.rejects(client.remove('/gone'));
  await client.close();

  const said = entries.map(({ user, verb, argument, code }) => `${user} ${verb} ${argument} ${code}`);
  for (const line of [
    'undefined USER ann 331',
    'undefined PASS **** 530',
    'ann PASS **** 230',
    'ann STOR /file 226',
    'ann DELE /gone 550',
  ])
    assert.ok(said.includes(line), `${line} in\n${said.join('\n')}`);
  assert.doesNotMatch(JSON.stringify(entries), /secret|wrong/);
  const { sessions, logins, links, transfers } = gateway.metrics();
  assert.equal(sessions.total, 2);
  assert.deepEqual(logins, { accepted: 1, refused: 1 });
  assert.equal(links.opened, 2);
  const [stored] = transfers;
  assert.deepEqual(
    [stored?.direction, stored?.clientMode, stored?.serverMode, stored?.done, stored?.bytes],
    ['to-server', 'active', 'passive', 1, 5],
  );
});
