import { join } from 'node:path';
import { ensurePeers } from '../scripts/debian.mjs';
import { basicFtp } from './clients/basic-ftp.ts';
import { type ClientKind, type Task, timeClient } from './clients/client.ts';
import { curl } from './clients/curl.ts';
import { duoportClient } from './clients/duoport.ts';
import { lftp } from './clients/lftp.ts';
import type { Measurement } from './contest.ts';
import { clientRow } from './rows.ts';
import type { Server } from './servers/server.ts';
import { largeBytes, miniFiles, type Supplies } from './servers/supplies.ts';

export const clientKinds: readonly ClientKind[] = [duoportClient, basicFtp, lftp, curl];

/** What is measured of clients, all against the same server. */
export function clientMeasurements(server: Server, supplies: Supplies): Measurement<ClientKind>[] {
  const tasks = (['mini', 'large'] as const).flatMap((what) =>
    (['download', 'upload'] as const).map((direction) => ({ direction, what })),
  );
  return tasks.map((task) => measurement(task, server, supplies));
}

function measurement(task: Task, server: Server, supplies: Supplies): Measurement<ClientKind> {
  const { direction, what } = task;
  const way = direction === 'download' ? 'down' : 'up';
  const files = `${miniFiles.toLocaleString('en')} files of 2 KiB, ${way}`;
  const row =
    what === 'mini'
      ? clientRow(`client-mini-${way}`, { title: files, unit: '/s', better: 'more' })
      : clientRow(`client-1g-${way}`, { title: `1 GiB, ${way}`, unit: 'GB/s', better: 'more' });
  return {
    rows: [row],
    lacks: () => undefined,
    run: async (kind) => {
      const folder = join(supplies.workspace.path, 'incoming');
      const scratch = join(supplies.workspace.path, 'scratch');
      const found = ensurePeers();
      const seconds = await timeClient(kind, { ...task, server, supplies, found, folder, scratch });
      return [what === 'mini' ? miniFiles / seconds : largeBytes / 1e9 / seconds];
    },
  };
}
