import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChildOptions } from '../support/child.ts';
import { need } from '../support/programs.ts';
import { peerUid } from '../support/served-folder.ts';
import { cryptPassword, type ServerKind, type Setting, startPeer, user } from './peer.ts';

/** ProFTPD 1.3.8 with mod_tls. Needs root. */
export const proftpd: ServerKind = {
  name: 'ProFTPD',
  needs: ['proftpd', 'openssl'],
  needsRoot: true,
  unsupported: () => undefined,
  start: (options) => startPeer('proftpd', options, configure),
};

/** As it is by default: a data connection must resume the TLS session of the control connection. */
export const proftpdReuse: ServerKind = {
  name: 'ProFTPD without NoSessionReuseRequired',
  needs: ['proftpd', 'openssl'],
  needsRoot: true,
  requireReuse: true,
  unsupported: () => undefined,
  start: (options) => startPeer('proftpd', { ...options, requireReuse: true }, configure),
};

function configure(setting: Setting): ChildOptions {
  const { workspace, found, options, host, ports, root, logFile } = setting;
  const etc = workspace.folder('etc');
  const configuration = join(etc, 'proftpd.conf');
  const users = join(etc, 'users');
  writeFileSync(users, `${user}:${cryptPassword()}:${peerUid}:${peerUid}::${root}:/bin/sh\n`, {
    mode: 0o600,
  });
  const lines = [
    `ModulePath ${found.tree}/usr/lib/proftpd`,
    'LoadModule mod_tls.c',
    'ServerName interop',
    'ServerType standalone',
    `DefaultAddress ${host}`,
    'SocketBindTight on',
    `Port ${ports.control}`,
    `UseIPv6 ${options.family === 6 ? 'on' : 'off'}`,
    'UseReverseDNS off',
    `PassivePorts ${ports.low} ${ports.high}`,
    `ScoreboardFile ${join(etc, 'scoreboard')}`,
    `PidFile ${join(etc, 'pid')}`,
    `SystemLog ${logFile}`,
    `TransferLog none`,
    'WtmpLog off',
    'AuthOrder mod_auth_file.c',
    `AuthUserFile ${users}`,
    'RequireValidShell off',
    `DefaultRoot ${root}`,
    'AllowOverwrite on',
    'AllowStoreRestart on',
    'AllowRetrieveRestart on',
    'MaxInstances none',
    'DelayEngine off',
    ...tlsLines(setting),
  ];
  writeFileSync(configuration, `${lines.join('\n')}\n`);
  return {
    program: need('proftpd'),
    args: ['-n', '-q', '-c', configuration],
    environment: found.environment,
  };
}

function tlsLines({ options, certificateFile, keyFile, logFile }: Setting): readonly string[] {
  return [
    'TLSEngine on',
    'TLSProtocol TLSv1.2 TLSv1.3',
    `TLSLog ${logFile}`,
    `TLSECCertificateFile ${certificateFile}`,
    `TLSECCertificateKeyFile ${keyFile}`,
    'TLSRequired off',
    'TLSVerifyClient off',
    'TLSRenegotiate none',
    options.requireReuse === true ? 'TLSOptions NoEmptyFragments' : 'TLSOptions NoSessionReuseRequired',
  ];
}
