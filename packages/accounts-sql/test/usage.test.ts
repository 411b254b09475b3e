import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openUsage } from '@duoport/accounts-sql';
import { MemoryUsage } from '@duoport/server';
import { postgresPrograms, startPostgres } from './postgres-server.ts';
import { usageContract } from './usage-contract.ts';

const usage = new MemoryUsage();
usageContract('memory', async () => ({ nodes: [usage], close: async () => undefined }));

/** Four, each with connections of its own. */
async function nodesOf(where: string) {
  const nodes = await Promise.all(Array.from({ length: 4 }, () => openUsage(where)));
  return { nodes, close: async () => void (await Promise.all(nodes.map((node) => node.close()))) };
}

const folder = await mkdtemp(join(tmpdir(), 'duoport-usage-'));
after(() => rm(folder, { recursive: true, force: true }));
usageContract('SQLite', () => nodesOf(join(folder, 'usage.db')));

const programs = postgresPrograms();
if (programs === undefined) test('PostgreSQL', (t) => t.skip('not installed: postgres'));
else {
  const server = await startPostgres(programs);
  after(() => server[Symbol.asyncDispose]());
  usageContract('PostgreSQL', () => nodesOf(server.url));
}
