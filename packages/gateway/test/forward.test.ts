import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '@duoport/client';
import { createGateway, forwardByLogin } from '@duoport/gateway';
import { createServer, MemoryAccounts, MemoryFiles } from '@duoport/server';

test('two servers by login, over one gateway; a third is refused before anything is dialled', async (t) => {
  const ports: number[] = [];
  for (const name of ['a', 'b']) {
    const files = new MemoryFiles();
    const server = createServer({
      accounts: new MemoryAccounts({ files, users: [{ name, password: 'p' }] }),
      listen: [{ host: '127.0.0.1', port: 0 }],
    });
    await server.start();
    t.after(() => server.close({ grace: 0 }));
    ports.push(server.listening[0]?.port ?? 0);
  }
  const gateway = createGateway({
    listen: [{ host: '127.0.0.1', port: 0 }],
    to: forwardByLogin({ allow: ['127.0.0.1'] }),
  });
  await gateway.start();
  t.after(() => gateway.close({ grace: 0 }));
  const url = `ftp://127.0.0.1:${gateway.listening[0]?.port}/`;
  for (const [index, user] of ['a', 'b'].entries()) {
    await using client = await connect(url, { user: `${user}@127.0.0.1:${ports[index]}`, password: 'p' });
    await client.put(Buffer.from(user), `/only-${user}`);
    const names: string[] = [];
    for await (const entry of client.list('/')) names.push(entry.name);
    assert.deepEqual(names, [`only-${user}`]);
  }
  await assert.rejects(connect(url, { user: 'a@127.0.0.2', password: 'p' }), /530.*does not go there/);
  await assert.rejects(connect(url, { user: 'a', password: 'p' }), /530.*USER name@host/);
});
