import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChildOptions } from '../support/child.ts';
import { need } from '../support/programs.ts';
import { peerUid } from '../support/served-folder.ts';
import { cryptPassword, type ServerKind, type Setting, startPeer, user } from './peer.ts';

/** vsftpd 3.0.3, the FTP server of many distributions. Needs root. */
export const vsftpd: ServerKind = {
  name: 'vsftpd',
  needs: ['vsftpd', 'unshare', 'openssl'],
  needsRoot: true,
  unsupported: () => undefined,
  start: (options) => startPeer('vsftpd', options, configure),
};

/** With `require_ssl_reuse=YES`: a data connection must resume the TLS session of the control connection. */
export const vsftpdReuse: ServerKind = {
  name: 'vsftpd require_ssl_reuse=YES',
  needs: ['vsftpd', 'unshare', 'openssl'],
  needsRoot: true,
  requireReuse: true,
  unsupported: () => undefined,
  start: (options) => startPeer('vsftpd', { ...options, requireReuse: true }, configure),
};

function configure(setting: Setting): ChildOptions {
  const { workspace, found } = setting;
  const etc = workspace.folder('etc');
  const pam = workspace.folder('pam.d');
  const configuration = join(etc, 'vsftpd.conf');
  writeFileSync(configuration, toText(settingsOf(setting)));
  writeFileSync(join(etc, 'passwd'), readFileSync('/etc/passwd', 'utf8') + passwdLine(setting));
  const rules = [
    'auth required pam_unix.so',
    'account required pam_unix.so',
    'session required pam_permit.so',
  ];
  writeFileSync(join(pam, 'vsftpd'), `${rules.join('\n')}\n`);
  // vsftpd asks PAM, and PAM knows the users of the machine only. It gets an /etc/passwd of its own, in a mount
  // namespace that goes away with the process: nothing of the machine changes.
  const script = [
    'set -e',
    `mount --bind '${join(etc, 'passwd')}' /etc/passwd`,
    `mount --bind '${pam}' /etc/pam.d`,
    `exec '${need('vsftpd')}' '${configuration}'`,
  ];
  return {
    program: need('unshare'),
    args: ['--mount', 'sh', '-c', script.join('\n')],
    environment: found.environment,
  };
}

function settingsOf({ options, host, ports, workspace, logFile, keyFile, certificateFile }: Setting) {
  const four = options.family === 4;
  return {
    listen: four,
    listen_ipv6: !four,
    [four ? 'listen_address' : 'listen_address6']: host,
    listen_port: ports.control,
    pasv_min_port: ports.low,
    pasv_max_port: ports.high,
    background: false,
    anonymous_enable: false,
    local_enable: true,
    write_enable: true,
    local_umask: '022',
    chroot_local_user: true,
    allow_writeable_chroot: true,
    secure_chroot_dir: workspace.folder('empty'),
    pam_service_name: 'vsftpd',
    connect_from_port_20: false,
    max_per_ip: 0,
    max_clients: 0,
    ssl_enable: true,
    rsa_cert_file: certificateFile,
    rsa_private_key_file: keyFile,
    force_local_logins_ssl: false,
    force_local_data_ssl: false,
    require_ssl_reuse: options.requireReuse === true,
    ssl_ciphers: 'HIGH',
    vsftpd_log_file: logFile,
    log_ftp_protocol: true,
    xferlog_enable: true,
    xferlog_std_format: false,
  };
}

function toText(settings: Readonly<Record<string, string | number | boolean>>): string {
  const lines = Object.entries(settings).map(([name, value]) =>
    typeof value === 'boolean' ? `${name}=${value ? 'YES' : 'NO'}` : `${name}=${value}`,
  );
  return `${lines.join('\n')}\n`;
}

function passwdLine({ root }: Setting): string {
  return `${user}:${cryptPassword()}:${peerUid}:${peerUid}::${root}:/bin/sh\n`;
}
