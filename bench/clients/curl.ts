import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { need } from '../servers/program.ts';
import { miniFiles, miniName } from '../servers/supplies.ts';
import type { ClientKind, Job } from './client.ts';

/** curl with one list of URLs, which it works through over one session. */
export const curl: ClientKind = {
  name: 'curl',
  command: (job) => {
    const list = join(job.scratch, 'list');
    const pairs =
      job.what === 'mini' ? Array.from({ length: miniFiles }, (_, i) => mini(job, i)) : [large(job)];
    writeFileSync(list, pairs.join(''));
    const { user, password } = job.server.target;
    const args = ['-q', '-sS', '--user', `${user}:${password}`, '--config', list];
    return { program: need(job.found, 'curl'), args };
  },
};

function mini({ direction, server, supplies, folder }: Job, index: number): string {
  const name = miniName(index);
  return direction === 'download'
    ? line('output', join(folder, name)) + line('url', `${base(server)}/mini/${name}`)
    : line('upload-file', join(supplies.miniFolder, name)) + line('url', `${base(server)}/up/${name}`);
}

function large({ direction, server, supplies, folder }: Job): string {
  return direction === 'download'
    ? line('output', join(folder, 'large')) + line('url', `${base(server)}/large`)
    : line('upload-file', supplies.largeFile) + line('url', `${base(server)}/up/large`);
}

function base({ target }: Job['server']): string {
  return `ftp://${target.host}:${target.port}`;
}

function line(option: string, value: string): string {
  return `${option} = "${value}"\n`;
}
