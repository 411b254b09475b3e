import { anyway, none, type Rows, to } from './options.ts';

const certificates = 'Export the certificate as PEM files: tls.certificate and tls.key.';
const admin = 'There is no administration by network: the settings are a file.';
const logs = 'Lines go to standard output, or to logs.file.';
const rates = 'Rates are said with each user: rate-down and rate-up.';
const bans = 'Bans come of points: defence.threshold, defence.ban.';

/** FileZilla Server from 1.0 on, settings.xml: the elements about FTP, by their path. */
const present: Rows = {
  'ftp_server.listener.address': to('listeners'),
  'ftp_server.listener.port': to('listeners'),
  'ftp_server.listener.tls_mode': to('tls.require', '1 is `tls: implicit` of the listener.'),
  'ftp_server.session.pasv.host_override': to('passive.addresses', 'A name is looked up again and again.'),
  'ftp_server.session.pasv.do_not_override_host_if_peer_is_local': to(
    'passive.addresses',
    'Rules with `clients`.',
  ),
  'ftp_server.session.pasv.port_range.min': to('passive.ports'),
  'ftp_server.session.pasv.port_range.max': to('passive.ports'),
  'ftp_server.session.tls.*': none(certificates),
  'ftp_server.welcome_message': none('The greeting is one line: protocol.greeting.', ''),
  'protocols.timeouts.*': none('Set timeouts.login and timeouts.idle.'),
  'protocols.autobanner.*': none(bans),
  'protocols.performance.*': none('One process, or as many as workers says.'),
  'logger.*': none(logs),
  'admin.*': none(admin),
  'acme.*': none('A certificate is fetched by the section acme: acme.names and acme.terms-agreed.'),
  'pki.*': none(certificates),
  'filetransfer_over_sftp.*': anyway('It is for another protocol.'),
};

/** FileZilla Server before 1.0, `FileZilla Server.xml`: the items of Settings. */
const classic: Rows = {
  Serverports: to('listeners'),
  'Server port': to('listeners'),
  'IP Bindings': to('listeners'),
  'Disable IPv6': to('listeners'),
  'Enable SSL': to('tls.certificate', 'With a certificate there is TLS.'),
  'Implicit SSL ports': to('listeners', '`tls: implicit`.'),
  'Allow explicit SSL': none('Where there is a certificate, clients may ask for TLS.', '1'),
  'Force explicit SSL': to('tls.require'),
  'Force PROT P': to('tls.require'),
  'Force TLS session resumption': to('tls.binding'),
  'SSL Certificate file': to('tls.certificate'),
  'SSL Key file': to('tls.key'),
  'SSL Key Password': none('Put it into a file of its own: tls.passphrase-file.', ''),
  'Minimum TLS version': none('TLS 1.2 is the oldest that is spoken.', '0', '1', '2'),
  'Use custom PASV ports': to('passive.ports'),
  'Custom PASV min port': to('passive.ports'),
  'Custom PASV max port': to('passive.ports'),
  'Custom PASV IP type': to('passive.addresses'),
  'Custom PASV IP': to('passive.addresses'),
  'Custom PASV IP server': none(
    'Nobody is asked for the public address: name it, or a name, in passive.addresses.',
  ),
  'No External IP On Local': to('passive.addresses', 'Rules with `clients`.'),
  'Active ignore local': none('What a client names is dialled as it is, or refused.', '0'),
  'Check data connection IP': to('data.peers'),
  'Maximum user count': to('limits.sessions'),
  Timeout: to('timeouts.idle'),
  'Login Timeout': to('timeouts.login'),
  'No Transfer Timeout': none('A session that sends commands stays: timeouts.idle.'),
  'Mode Z Use': to('protocol.deflate'),
  'Enable HASH': to('protocol.hash'),
  'Initial Welcome Message': to('protocol.greeting'),
  'Download Speedlimit Type': none(rates, '0'),
  'Upload Speedlimit Type': none(rates, '0'),
  'Enable logging': none(logs, '0'),
  'Autoban enable': to('defence.enabled'),
  'Autoban attempts': to('defence.threshold'),
  'Autoban time': to('defence.ban', 'Hours there; each next ban is twice as long.'),
  'Autoban type': none('Addresses are banned.', '0'),
  'IP Filter Allowed': none('A firewall decides who gets in; a user may have networks.', ''),
  'IP Filter Disallowed': none('Write the networks into a file of defence.lists.', ''),
  'Admin port': none(admin),
  'Admin Password': none(admin, ''),
  User: none('Write the user into users: the password is there as a hash that only FileZilla reads.'),
  'Item of Settings': none('It has no equal.'),
};

export const filezillaRows: Rows = { ...present, ...classic };
