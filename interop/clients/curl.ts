import { run } from '../support/child.ts';
import { need } from '../support/programs.ts';
import { authority, isActive, type Way } from '../support/way.ts';
import { bytesOf, type ClientDriver, type Item, outcomeOf, percent, type Target } from './client.ts';

/** curl 7.88 of Debian 12. */
export const curl: ClientDriver = {
  name: 'curl',
  needs: ['curl'],
  version: async () =>
    (await run({ program: need('curl'), args: ['--version'] })).stdout.toString().split(' (')[0] ?? '',
  unsupported: (way) =>
    isActive(way.mode) && way.tls !== 'none'
      ? 'curl 7.88 hangs in active mode with TLS, against every server (curl issue 10666)'
      : undefined,
  readOnly: undefined,
  get: (target, items) =>
    curlRun(
      target,
      items.flatMap((item) => ['-o', item.local, url(target, item.remote)]),
    ),
  put: (target, items) =>
    curlRun(
      target,
      items.flatMap((item) => uploadArgs(target, item)),
    ),
  resumeGet: (target, item) => curlRun(target, ['-C', '-', '-o', item.local, url(target, item.remote)]),
  resumePut: (target, item) => curlRun(target, ['-C', '-', ...uploadArgs(target, item)]),
  // A range ends in ABOR.
  breakOff: (target, long, after) =>
    curlRun(target, [
      ...['-r', '0-99999', '-o', '/dev/null', url(target, bytesOf(long))],
      ...['--next', ...common(target), '-o', after.local, url(target, after.remote)],
    ]),
  getFolder: (target, { remote, local, names }) =>
    curlRun(
      target,
      names.flatMap((name) => ['-o', `${local}/${name}`, url(target, bytesOf(`${remote}/${name}`))]),
    ),
  putFolder: (target, { remote, local, names }) =>
    curlRun(target, [
      '--ftp-create-dirs',
      ...names.flatMap((name) => ['-T', `${local}/${name}`, url(target, bytesOf(`${remote}/${name}`))]),
    ]),
  list: async (target, folder) => {
    const finished = await run(call(target, ['-l', url(target, bytesOf(`${folder}/`))]));
    const names = finished.stdout
      .toString('utf8')
      .split(/\r?\n/)
      .filter((name) => name !== '');
    return { ...outcomeOf(finished), names };
  },
};

function uploadArgs(target: Target, { local, remote }: Item): readonly string[] {
  return ['-T', local, url(target, remote)];
}

function url({ host, port }: Target, remote: Uint8Array): string {
  return `ftp://${authority(host, port)}/${percent(remote)}`;
}

function call(target: Target, args: readonly string[]) {
  return {
    program: need('curl'),
    args: [...common(target), ...args],
    cwd: target.scratch,
    timeout: 220_000,
  };
}

function common({ way, user, password }: Target): readonly string[] {
  return [
    '-q',
    '-sS',
    '--fail-early',
    '-v',
    '-g',
    '--connect-timeout',
    '10',
    '--max-time',
    '100',
    '-u',
    `${user}:${password}`,
    ...modeArgs(way),
    ...tlsArgs(way),
  ];
}

async function curlRun(target: Target, args: readonly string[]) {
  return outcomeOf(await run(call(target, args)));
}

function modeArgs({ mode }: Way): readonly string[] {
  switch (mode) {
    case 'PASV':
      return ['--disable-epsv'];
    case 'EPSV':
      return ['--ftp-pasv'];
    case 'PORT':
      return ['--ftp-port', '-', '--disable-eprt'];
    case 'EPRT':
      return ['--ftp-port', '-'];
  }
}

function tlsArgs({ tls }: Way): readonly string[] {
  if (tls === 'none') return [];
  return ['--ssl-reqd', '--insecure', `--tlsv${tls}`, '--tls-max', tls];
}
