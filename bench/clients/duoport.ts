import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClientKind, Job } from './client.ts';

const command = fileURLToPath(new URL('../../packages/cli/bin/duoport.js', import.meta.url));

/** Ours, as users run it: the built command under plain Node. */
export const duoportClient: ClientKind = {
  name: 'duoport',
  command: (job) => ({ program: process.execPath, args: [command, ...words(job), '--tls', 'none'] }),
};

function words(job: Job): string[] {
  const { user, password, host, port } = job.server.target;
  const base = `ftp://${user}:${password}@${host}:${port}`;
  if (job.direction === 'download') {
    return job.what === 'mini'
      ? ['get', '-r', `${base}/mini`, '-o', job.folder]
      : ['get', `${base}/large`, '-o', join(job.folder, 'large')];
  }
  return job.what === 'mini'
    ? ['put', '-r', job.supplies.miniFolder, `${base}/up/`]
    : ['put', job.supplies.largeFile, `${base}/up/large`];
}
