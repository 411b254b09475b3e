import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { need, type ProgramOptions } from '../servers/program.ts';
import { host } from '../servers/server.ts';
import { type GatewayKind, type GatewaySetting, startGateway } from './gateway.ts';

/** ProFTPD with mod_proxy as a reverse proxy, everything that would slow it down switched off. */
export const modProxy: GatewayKind = {
  name: 'mod_proxy',
  start: (server) => startGateway('mod-proxy', server, (setting) => setting.run(configure(setting))),
};

function configure({ ports, workspace, behind, found }: GatewaySetting): ProgramOptions {
  need(found, 'modproxy');
  const etc = workspace.folder('etc');
  const configuration = join(etc, 'proftpd.conf');
  const lines = [
    `ModulePath ${found.tree}/usr/lib/proftpd`,
    'LoadModule mod_tls.c', // brings OpenSSL, which Debian's mod_proxy does not ask for itself
    'LoadModule mod_proxy.c',
    'ServerName bench',
    'ServerType standalone',
    `DefaultAddress ${host}`,
    'SocketBindTight on',
    `Port ${ports.control}`,
    'UseIPv6 off',
    'UseReverseDNS off',
    `ScoreboardFile ${join(etc, 'scoreboard')}`,
    `PidFile ${join(etc, 'pid')}`,
    'SystemLog none',
    'TransferLog none',
    'WtmpLog off',
    'MaxInstances none',
    'DelayEngine off', // it would slow down logins on purpose
    'AllowOverwrite on',
    'ProxyEngine on',
    'ProxyRole reverse',
    'ProxyTLSEngine off', // it would ask the server for TLS unasked, as duoport gateway does not
    `ProxyReverseServers ftp://${behind.target.host}:${behind.target.port}`,
    `ProxyTables ${workspace.folder('tables')}`,
  ];
  writeFileSync(configuration, `${lines.join('\n')}\n`);
  return {
    program: need(found, 'proftpd'),
    args: ['-n', '-q', '-c', configuration],
    environment: found.environment,
  };
}
