import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { need, type ProgramOptions } from './program.ts';
import { host, password, type ServerKind, type Setting, startServer, user } from './server.ts';
import { sessionUid } from './workspace.ts';

/** Pure-FTPd, standalone, users in a PureDB file with the cheapest password hash that it takes. */
export const pureFtpd: ServerKind = {
  name: 'Pure-FTPd',
  lacks: [],
  start: (supplies) => startServer('pure-ftpd', supplies, configure),
};

function configure(setting: Setting): ProgramOptions {
  const { ports, supplies, found, workspace } = setting;
  const args = [
    ...['-S', `${host},${ports.control}`],
    '-4',
    ...['-l', `puredb:${makeUsers(setting)}`],
    '-A', // everybody is kept in the home folder
    '-E', // no anonymous users
    '-H', // no look-ups of names
    ...['-u', '100'], // smallest user number that may log in
    ...['-c', '3000'],
    ...['-C', '3000'],
    ...['-L', '20000:8'], // a listing is not cut at the default of 10,000 files
    ...['-f', 'none'], // no syslog
    ...['-g', join(workspace.path, 'pure-ftpd.pid')],
    ...['-Y', '1'], // TLS for who wants it
    ...['-2', supplies.certificate.both],
  ];
  return { program: need(found, 'pureftpd'), args, environment: found.environment };
}

function makeUsers({ found, root, workspace }: Setting): string {
  const etc = workspace.folder('etc');
  const text = join(etc, 'users');
  const puredb = join(etc, 'users.pdb');
  const hash = spawnSync(need(found, 'openssl'), ['passwd', '-1', password], { encoding: 'utf8' });
  writeFileSync(text, `${user}:${hash.stdout.trim()}:${sessionUid}:${sessionUid}::${root}/./::::::::::::\n`);
  const made = spawnSync(join(found.tree, 'usr', 'bin', 'pure-pw'), ['mkdb', puredb, '-f', text], {
    encoding: 'utf8',
    env: { ...process.env, ...found.environment },
  });
  if (made.status !== 0) throw new Error(`pure-pw failed: ${made.stderr}${made.stdout}`);
  return puredb;
}
