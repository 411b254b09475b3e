import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { connect } from '@duoport/client';
import { createServer, MemoryAccounts, MemoryFiles } from '@duoport/server';
import { dialled, gatewayTo, upstairs, Wire } from './ends.ts';

const transfers = Number(process.env['DUOPORT_TRANSFERS'] ?? 3000);

/** Sockets and files that this process has open. */
function descriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

function used(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss >> 20;
}

test(`memory and descriptors stay level over ${transfers} transfers of one session`, {
  timeout: 600_000,
}, async (t) => {
  const server = createServer({
    accounts: new MemoryAccounts({ files: new MemoryFiles(), users: [{ name: 'u', password: 'p' }] }),
    listen: [{ host: '127.0.0.1', port: 0 }],
  });
  await server.start();
  t.after(() => server.close({ grace: 0 }));
  const { port } = await gatewayTo(t, server.listening[0]?.port ?? 0, { log: undefined });
  await using client = await connect(`ftp://u:p@127.0.0.1:${port}/`, { tls: 'none' });
  const content = new Uint8Array(10_000);
  const round = async (count: number): Promise<void> => {
    for (let turn = 0; turn < count; turn += 2) {
      await client.put(content, '/f');
      await client.get('/f', { write: () => undefined });
    }
  };
  await round(Math.min(1000, transfers / 2));
  const [before, open] = [used(), descriptors()];
  await round(transfers);
  const [after, stillOpen] = [used(), descriptors()];
  t.diagnostic(`resident ${before} MiB, then ${after} MiB; descriptors ${open}, then ${stillOpen}`);
  assert.ok(after - before < 40, `${before} MiB before, ${after} MiB after`);
  assert.ok(stillOpen - open < 20, `${open} descriptors before, ${stillOpen} after`);
});

test('attack: thousands of half-open sessions: no more than the limit, no server is called, and all are gone in time', {
  timeout: 120_000,
}, async (t) => {
  const [limit, tried] = [2000, 2200];
  const above = await upstairs(t);
  const { gateway, port, events } = await gatewayTo(t, above.port, {
    maxSessions: limit,
    timeouts: { login: 15_000 },
  });
  const before = used();
  const greetings: string[] = [];
  const wires: Wire[] = [];
  for (let count = 0; count < tried; count += 1) {
    const wire = new Wire(await dialled(t, port));
    greetings.push((await wire.line()) ?? '');
    wires.push(wire);
  }
  assert.equal(greetings.filter((line) => line.startsWith('220 ')).length, limit);
  assert.equal(greetings.filter((line) => line.startsWith('421 ')).length, tried - limit);
  for (const wire of wires.slice(limit)) {
    await wire.hearsTheEnd();
    wire.socket.destroy();
  }
  for (const wire of wires.slice(0, 50)) await wire.ask('NOOP', /^200 /);
  assert.ok(gateway.sessions <= limit, `${gateway.sessions} sessions`);
  t.diagnostic(`${((used() - before) * 1024) / tried} KiB a session, both ends of it`);
  for (const wire of wires.slice(0, limit)) {
    await wire.hears(/^421 /);
    await wire.hearsTheEnd();
    wire.socket.destroy();
  }
  await gateway.close({ grace: 2000 });
  assert.equal(gateway.sessions, 0);
  assert.equal(events.filter(({ kind }) => kind === 'linked').length, 0);
});
