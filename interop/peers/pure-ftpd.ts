import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChildOptions } from '../support/child.ts';
import { need } from '../support/programs.ts';
import { peerUid } from '../support/served-folder.ts';
import { cryptPassword, type ServerKind, type Setting, startPeer, user } from './peer.ts';

/** Pure-FTPd 1.0.50 with users in a PureDB file. Needs root. */
export const pureFtpd: ServerKind = {
  name: 'Pure-FTPd',
  needs: ['pureftpd', 'openssl'],
  needsRoot: true,
  unsupported: () => undefined,
  start: (options) => startPeer('pure-ftpd', options, configure),
};

function configure(setting: Setting): ChildOptions {
  const { found, host, ports, options, pemFile, workspace } = setting;
  const puredb = makeUsers(setting);
  const args = [
    ...['-S', `${host},${ports.control}`],
    options.family === 4 ? '-4' : '-6',
    ...['-p', `${ports.low}:${ports.high}`],
    ...['-l', `puredb:${puredb}`],
    '-A', // everybody is kept in the home folder
    '-E', // no anonymous users
    '-H', // no look-ups of names
    ...['-u', '100'], // smallest user number that may log in
    ...['-c', '200'],
    ...['-C', '200'],
    '-d',
    ...['-O', `clf:${setting.logFile}`],
    ...['-g', join(workspace.path, 'pure-ftpd.pid')],
    ...['-Y', '1'], // TLS for who wants it
    ...['-2', pemFile],
  ];
  return { program: need('pureftpd'), args, environment: found.environment };
}

/** pure-pw's own hashes are made to take seconds to check, so the line is written here, with an ordinary hash. */
function makeUsers({ found, root, workspace }: Setting): string {
  const etc = workspace.folder('etc');
  const text = join(etc, 'users');
  const puredb = join(etc, 'users.pdb');
  const noLimits = ':'.repeat(12);
  writeFileSync(text, `${user}:${cryptPassword()}:${peerUid}:${peerUid}::${root}/./${noLimits}\n`);
  const tool = join(found.tree, 'usr', 'bin', 'pure-pw');
  const environment = { ...process.env, ...found.environment };
  const made = spawnSync(tool, ['mkdb', puredb, '-f', text], { encoding: 'utf8', env: environment });
  if (made.status !== 0) throw new Error(`pure-pw failed: ${made.stderr}${made.stdout}`);
  return puredb;
}
