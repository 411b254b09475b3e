import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Topology } from '../topology.ts';
import { patience } from './cell.ts';
import type { ServedFolder } from './served-folder.ts';
import type { ServerLaunch, ServerOptions } from './server.ts';

/**
 * vsftpd 3.0.3 as a topology wants it. Anonymous, so that it needs no PAM and no user of the machine; what it cannot be told
 * (addresses by client network, shifted ports) it is not told, and the table says so.
 */
export function serveVsftpd(topology: Topology, folder: ServedFolder, options: ServerOptions): ServerLaunch {
  const file = join(folder.scratch, 'vsftpd.conf');
  const empty = join(folder.scratch, 'empty');
  mkdirSync(empty);
  writeFileSync(file, configurationText({ ...settings(topology, folder, empty), ...tls(topology, options) }));
  const { programs } = options;
  return {
    argv: [programs.need('vsftpd'), file],
    env: programs.environment,
    user: 'anonymous',
    password: 'lab@lab.invalid',
  };
}

type Settings = Readonly<Record<string, string | number | boolean>>;

function settings({ server, dial }: Topology, folder: ServedFolder, empty: string): Settings {
  const seconds = patience / 1000;
  return {
    listen: !dial.address.includes(':'),
    listen_ipv6: dial.address.includes(':'),
    listen_port: server.port,
    background: false,
    anonymous_enable: true,
    local_enable: false,
    no_anon_password: true,
    anon_root: folder.root,
    // Somebody with a home that exists: vsftpd looks at it even though it serves another folder.
    ftp_username: 'daemon',
    secure_chroot_dir: empty,
    write_enable: true,
    anon_upload_enable: true,
    anon_world_readable_only: false,
    anon_umask: '022',
    ...passive(server),
    // It can dial from 20 only, or from any port.
    connect_from_port_20: server.sourcePort === 20,
    connect_timeout: seconds,
    accept_timeout: seconds,
    // It arms these for a session that a client left behind, too.
    data_connection_timeout: 10,
    idle_session_timeout: 60,
    // Sessions in namespaces of their own would outlive the lab's.
    isolate: false,
    isolate_network: false,
    vsftpd_log_file: join(folder.scratch, 'vsftpd.log'),
  };
}

/** One address for all clients: the one that is meant for everybody. */
function passive({ passivePorts, passiveAddress }: Topology['server']): Settings {
  const address = passiveAddress.find(({ clients }) => clients === undefined)?.address;
  return {
    pasv_min_port: passivePorts.low,
    pasv_max_port: passivePorts.high,
    ...(address === undefined || address === 'local' ? {} : { pasv_address: address }),
  };
}

function tls({ server }: Topology, { certificate }: ServerOptions): Settings {
  if (certificate === undefined) return { ssl_enable: false };
  const force = server.requireTls === true;
  return {
    ssl_enable: true,
    rsa_cert_file: certificate.certificate,
    rsa_private_key_file: certificate.key,
    allow_anon_ssl: true,
    force_anon_logins_ssl: force,
    force_anon_data_ssl: force,
    force_local_logins_ssl: false,
    force_local_data_ssl: false,
    // ftplib cannot resume a session, and this is about firewalls.
    require_ssl_reuse: false,
    ssl_ciphers: 'HIGH',
  };
}

/** `name=value` lines: vsftpd takes no blanks around the `=`. */
function configurationText(all: Settings): string {
  const word = (value: string | number | boolean): string =>
    typeof value === 'boolean' ? (value ? 'YES' : 'NO') : String(value);
  return Object.entries(all)
    .map(([name, value]) => `${name}=${word(value)}\n`)
    .join('');
}
