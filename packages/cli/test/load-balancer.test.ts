import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createGateway } from '@duoport/gateway';
import { duoport, serve, temporary } from './command.ts';

const settings = 'proxy: {control: [127.0.0.1], data: [127.0.0.1]}\n';

for (const how of [[], ['--workers', '2'], ['--workers', '2', '--single-port']]) {
  test(`PROXY headers on both connections: serve ${how.join(' ')}`, async (t) => {
    await using here = await temporary();
    const file = join(here.path, 'duoport.yaml');
    await writeFile(file, settings);
    await using served = await serve(['--config', file, ...how]);
    await writeFile(join(served.folder, 'f'), 'hello');
    const balancer = createGateway({
      to: [{ host: '127.0.0.1', port: served.port, mode: 'passive', proxy: 2 }],
      listen: [{ host: '127.0.0.1', port: 0 }],
    });
    await balancer.start();
    t.after(() => balancer.close({ grace: 0 }));
    const url = `ftp://u:p@127.0.0.1:${balancer.listening[0]?.port}`;
    for (const mode of ['passive', 'active']) {
      const got = await duoport(['get', `${url}/f`, '-o', '-', '--mode', mode]);
      assert.equal(got.stdout, 'hello', got.stderr);
    }
  });
}
