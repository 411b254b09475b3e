import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listenHttp } from '@duoport/net';

test('pages are fetched, and everything else is refused', async () => {
  const pages = await listenHttp({
    host: '127.0.0.1',
    port: 0,
    page: async (path) => {
      if (path === '/broken') throw new Error('a secret of ours');
      if (path === '/away') return { type: 'text/plain', body: 'no\n', status: 503 };
      return path === '/metrics' ? { type: 'text/plain', body: 'a 1\n' } : undefined;
    },
  });
  try {
    const url = `http://127.0.0.1:${pages.endpoint.port}`;
    const got = await fetch(`${url}/metrics?x=1`);
    assert.deepEqual([got.status, await got.text()], [200, 'a 1\n']);
    assert.equal((await fetch(`${url}/other`)).status, 404);
    assert.equal((await fetch(`${url}/away`)).status, 503);
    const broken = await fetch(`${url}/broken`);
    assert.deepEqual([broken.status, (await broken.text()).includes('secret')], [500, false]);
    assert.equal((await fetch(`${url}/metrics`, { method: 'POST', body: 'x' })).status, 405);
    const { port } = pages.endpoint;
    await assert.rejects(listenHttp({ host: '127.0.0.1', port, page: () => undefined }), { phase: 'listen' });
  } finally {
    await pages[Symbol.asyncDispose]();
  }
});
