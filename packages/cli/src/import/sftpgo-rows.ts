import { anyway, none, type Rows, to } from './options.ts';

const elsewhere = 'It is for another protocol.';
const certificates = 'Certificates of clients are not asked for.';

/** The keys of sftpgo.json about FTP: what each is here. `bindings.*` is each item of the list. */
export const sftpgoRows: Rows = {
  'ftpd.bindings.*.port': to('listeners'),
  'ftpd.bindings.*.address': to('listeners'),
  'ftpd.bindings.*.tls_mode': to('tls.require', '2 is `tls: implicit` of the listener.'),
  'ftpd.bindings.*.min_tls_version': to('tls.minimum-version'),
  'ftpd.bindings.*.tls_cipher_suites': none('Names of Go: tls.ciphers takes those of OpenSSL.', ''),
  'ftpd.bindings.*.force_passive_ip': to('passive.addresses'),
  'ftpd.bindings.*.passive_host': to('passive.addresses', 'A name is looked up again and again.'),
  'ftpd.bindings.*.passive_ip_overrides': to('passive.addresses', 'With `clients`.'),
  'ftpd.bindings.*.passive_connections_security': to('data.peers'),
  'ftpd.bindings.*.active_connections_security': to('data.peers'),
  'ftpd.bindings.*.tls_session_reuse': to('tls.binding'),
  'ftpd.bindings.*.apply_proxy_config': to('proxy.control', 'It holds for all listeners.'),
  'ftpd.bindings.*.certificate_file': to('tls.certificate'),
  'ftpd.bindings.*.certificate_key_file': to('tls.key'),
  'ftpd.bindings.*.client_auth_type': none(certificates, '0'),
  'ftpd.bindings.*.ignore_ascii_transfer_type': none('TYPE A converts line ends, as the client asks.', '0'),
  'ftpd.bindings.*.debug': none('logs.trace draws every line of every session.', 'false'),
  'ftpd.banner': to('protocol.greeting'),
  'ftpd.banner_file': none('The greeting is one line: protocol.greeting.', ''),
  'ftpd.active_transfers_port_non_20': to('active.source-port', 'false is 20.'),
  'ftpd.passive_port_range.start': to('passive.ports'),
  'ftpd.passive_port_range.end': to('passive.ports'),
  'ftpd.disable_active_mode': to('active.enabled'),
  'ftpd.enable_site': none('SITE is answered; CHMOD is the permission `change` of a user.'),
  'ftpd.hash_support': to('protocol.hash'),
  'ftpd.combine_support': none('COMB is not known.', '0'),
  'ftpd.certificate_file': to('tls.certificate'),
  'ftpd.certificate_key_file': to('tls.key'),
  'ftpd.ca_certificates': none(certificates, ''),
  'ftpd.ca_revocation_lists': none(certificates, ''),
  'common.idle_timeout': to('timeouts.idle', 'In minutes there.'),
  'common.max_total_connections': to('limits.sessions'),
  'common.max_per_host_connections': to('limits.sessions-per-address'),
  'common.upload_mode': to('uploads.mode', '1 and 2 are `atomic`; 1 keeps nothing of what breaks off.'),
  'common.proxy_protocol': to('proxy.control', 'Set proxy.data too, where data connections come that way.'),
  'common.proxy_allowed': to('proxy.control'),
  'common.*': none('It has no equal.', '0', '', 'false'),
  'ftpd.*': none('It has no equal.', '0', '', 'false'),
  sftpd: anyway(elsewhere),
  webdavd: anyway(elsewhere),
  httpd: anyway(elsewhere),
  telemetry: none('There are no metrics.'),
  data_provider: none('Accounts come from nowhere but users: give names and passwords.'),
  users: none(
    'A dump of users: write each into users. quota_size is quota, quota_files quota-files, upload_bandwidth and download_bandwidth ' +
      '(in kB/s) rate-up and rate-down, upload_data_transfer and download_data_transfer (in MB, in all) allowance-up and allowance-down ' +
      'with `allowance-period: ever`, access_time times, expiration_date expires; hashes stand as password-hash.',
  ),
  groups: none('What several users have in common is a group of a database: duoport group.'),
  acme: none('Certificates are files: tls.certificate.'),
};
