import { need } from '../servers/program.ts';
import type { ClientKind, Job } from './client.ts';

/** lftp with its defaults, one transfer at a time. */
export const lftp: ClientKind = {
  name: 'lftp',
  command: (job) => {
    const { user, password, host, port } = job.server.target;
    const settings = ['ftp:ssl-allow no', 'cmd:fail-exit yes', 'net:max-retries 1', 'xfer:clobber yes'];
    const script = [...settings.map((setting) => `set ${setting}`), move(job), 'quit'].join('; ');
    const args = ['--norc', '-u', `${user},${password}`, '-p', String(port), '-e', script, host];
    return { program: need(job.found, 'lftp'), args };
  },
};

function move({ direction, what, supplies, folder }: Job): string {
  if (direction === 'download') {
    return what === 'mini' ? `mget -O ${folder} mini/*` : `get large -o ${folder}/large`;
  }
  return what === 'mini' ? `mput -O up ${supplies.miniFolder}/*` : `put ${supplies.largeFile} -o up/large`;
}
