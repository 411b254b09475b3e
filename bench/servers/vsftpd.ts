import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { need, type ProgramOptions } from './program.ts';
import { host, type ServerKind, type Setting, startServer, user } from './server.ts';
import { sessionUid } from './workspace.ts';

/** vsftpd, standalone, with its sandbox as it comes; PAM says yes to everybody, so that no password hash is measured. */
export const vsftpd: ServerKind = {
  name: 'vsftpd',
  lacks: ['MLSD'],
  start: (supplies) => startServer('vsftpd', supplies, configure),
};

function configure({ workspace, root, ports, supplies, found }: Setting): ProgramOptions {
  const etc = workspace.folder('etc');
  const pam = workspace.folder('pam.d');
  const configuration = join(etc, 'vsftpd.conf');
  const passwd = join(etc, 'passwd');
  const rules = ['auth', 'account', 'session'].map((kind) => `${kind} required pam_permit.so\n`);
  writeFileSync(join(pam, 'vsftpd'), rules.join(''));
  writeFileSync(
    passwd,
    `${readFileSync('/etc/passwd', 'utf8')}${user}:x:${sessionUid}:${sessionUid}::${root}:/bin/sh\n`,
  );
  const lines = {
    listen: 'YES',
    listen_ipv6: 'NO',
    listen_address: host,
    listen_port: ports.control,
    background: 'NO',
    anonymous_enable: 'NO',
    local_enable: 'YES',
    write_enable: 'YES',
    chroot_local_user: 'YES',
    allow_writeable_chroot: 'YES',
    secure_chroot_dir: workspace.folder('empty'),
    pam_service_name: 'vsftpd',
    connect_from_port_20: 'NO',
    tcp_wrappers: 'NO',
    session_support: 'NO',
    xferlog_enable: 'NO',
    max_per_ip: 0,
    max_clients: 0,
    ssl_enable: 'YES',
    rsa_cert_file: supplies.certificate.certificate,
    rsa_private_key_file: supplies.certificate.key,
    force_local_logins_ssl: 'NO',
    force_local_data_ssl: 'NO',
    require_ssl_reuse: 'NO',
    ssl_ciphers: 'HIGH',
  };
  writeFileSync(
    configuration,
    Object.entries(lines)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  // PAM knows the users of the machine only. vsftpd gets an /etc/passwd of its own in a mount namespace that goes
  // away with the process: nothing of the machine changes.
  const script = [
    'set -e',
    `mount --bind '${passwd}' /etc/passwd`,
    `mount --bind '${pam}' /etc/pam.d`,
    `exec '${need(found, 'vsftpd')}' '${configuration}'`,
  ];
  return {
    program: need(found, 'unshare'),
    args: ['--mount', 'sh', '-c', script.join('\n')],
    environment: found.environment,
  };
}
