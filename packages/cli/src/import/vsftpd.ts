import { vsftpdLogs } from './log-files.ts';
import { type Directive, type Imported, portRange, Translation } from './options.ts';
import { vsftpdRows } from './vsftpd-rows.ts';

/** vsftpd.conf: `option=value` without spaces, a # begins a comment only at the start of a line. */
export function parseVsftpd(text: string): readonly Directive[] {
  return text.split(/\r?\n/).flatMap((line, index): readonly Directive[] => {
    const match = /^\s*([a-z_0-9]+)\s*=(.*)$/i.exec(line);
    if (match?.[1] === undefined) return [];
    return [{ name: match[1], value: (match[2] ?? '').trim(), line: index + 1 }];
  });
}

/** What vsftpd.conf says, as our settings. What is not in it has vsftpd's default, where that makes a difference. */
export function importVsftpd(text: string): Imported {
  const options = new Translation(parseVsftpd(text), vsftpdRows);
  const active = modes(options);
  passive(options);
  if (active) sourcePort(options);
  peers(options);
  listeners(options);
  tls(options);
  vsftpdLogs(options);
  people(options);
  times(options);
  options.set('protocol.greeting', options.text('ftpd_banner'));
  if (options.yes('delete_failed_uploads', false)) options.set('uploads.partial', 'remove');
  const limit = (name: string) => options.number(name) || undefined;
  options.set('limits.sessions', limit('max_clients'));
  options.set('limits.sessions-per-address', limit('max_per_ip'));
  options.set('limits.login-attempts', limit('max_login_fails'));
  const delay = options.number('delay_failed_login');
  options.set('defence.delay', delay === undefined ? undefined : delay === 0 ? '1ms' : `${delay}s`);
  return options.done();
}

/** Returns whether active mode is on. */
function modes(options: Translation): boolean {
  const [passive, active] = [options.yes('pasv_enable', true), options.yes('port_enable', true)];
  if (!passive && !active) {
    options.leave(
      'pasv_enable',
      'With port_enable=NO as well no file could be transferred: passive mode stays on.',
    );
    options.set('active.enabled', false);
    return false;
  }
  if (!passive) options.set('passive.enabled', false);
  if (!active) options.set('active.enabled', false);
  return active;
}

function passive(options: Translation): void {
  if (!options.yes('pasv_enable', true) && options.yes('port_enable', true)) {
    const names = ['pasv_min_port', 'pasv_max_port', 'pasv_address', 'pasv_addr_resolve'];
    options.unused(names, 'Passive mode is off.');
    return;
  }
  const [min = 0, max = 0] = [options.port('pasv_min_port'), options.port('pasv_max_port')];
  if (min !== 0 || max !== 0) {
    // As vsftpd counts: never below 1024, and no maximum is the last port there is.
    const found = portRange(Math.max(1024, min), max === 0 ? 65_535 : max);
    if ('range' in found) options.set('passive.ports', found.range);
    else for (const name of ['pasv_min_port', 'pasv_max_port']) options.leave(name, found.problem);
  } else {
    options.note(
      'pasv_min_port',
      'vsftpd takes any port when it is not set; here it is 50000-50100: open those, or set passive.ports.',
    );
  }
  const address = options.text('pasv_address');
  if (address !== undefined && address !== '') options.set('passive.addresses', [address]);
}

function sourcePort(options: Translation): void {
  if (options.yes('connect_from_port_20', false))
    options.set('active.source-port', options.port('ftp_data_port') || 20);
  else options.unused(['ftp_data_port'], 'It counts with connect_from_port_20=YES only.');
}

function peers(options: Translation): void {
  const [passive, active] = [options.yes('pasv_promiscuous', false), options.yes('port_promiscuous', false)];
  if (passive && active) options.set('data.peers', 'any');
  else if (passive !== active) {
    const name = passive ? 'pasv_promiscuous' : 'port_promiscuous';
    options.leave(
      name,
      'data.peers holds for both modes: set it to any, to tls, or to a list of networks yourself.',
    );
  }
}

function listeners(options: Translation): void {
  const [four, six] = [options.yes('listen', false), options.yes('listen_ipv6', false)];
  const port = options.port('listen_port') ?? 21;
  const host = six
    ? options.text('listen_address6')
    : (options.text('listen_address') ?? (four ? '0.0.0.0' : undefined));
  if (!four && !six)
    options.leave('listen', 'Another program (inetd) starts vsftpd; duoport listens itself.');
  const implicit = options.yes('ssl_enable', false) && options.yes('implicit_ssl', false);
  options.set('listeners', [
    {
      ...(host === undefined || host === '' ? {} : { host }),
      port,
      ...(implicit ? { tls: 'implicit' } : {}),
    },
  ]);
}

const clientOptions = ['require_cert', 'validate_cert', 'ssl_request_cert', 'ca_certs_file'] as const;

/** It asks for certificates without looking at them, unless it is told to look. */
function clientCertificates(options: Translation): void {
  const [required, looked] = [options.yes('require_cert', false), options.yes('validate_cert', false)];
  const authorities = options.text('ca_certs_file');
  if (!required && !looked) {
    options.unused(
      clientOptions,
      'Nothing comes of a certificate there: require_cert and validate_cert are NO.',
    );
  } else if (!looked || authorities === undefined) {
    for (const name of clientOptions)
      options.leave(
        name,
        'Any certificate does there. Here somebody must have signed it: set tls.client-certificates and tls.client-authorities.',
      );
  } else {
    options.set('tls.client-certificates', required ? 'require' : 'ask');
    options.set('tls.client-authorities', authorities);
  }
}

function tls(options: Translation): void {
  if (!options.yes('ssl_enable', false)) {
    const names = [
      'rsa_cert_file',
      'rsa_private_key_file',
      'require_ssl_reuse',
      'ssl_ciphers',
      'implicit_ssl',
      'strict_ssl_read_eof',
      ...clientOptions,
    ];
    const force = ['local', 'anon'].flatMap((who) => [`force_${who}_logins_ssl`, `force_${who}_data_ssl`]);
    options.unused([...names, ...force], 'TLS is off: there is no ssl_enable=YES.');
    return;
  }
  const certificate = options.text('rsa_cert_file') ?? '/usr/share/ssl/certs/vsftpd.pem';
  options.set('tls.certificate', certificate);
  options.set('tls.key', options.text('rsa_private_key_file') ?? certificate);
  options.set('tls.ciphers', options.text('ssl_ciphers'));
  clientCertificates(options);
  options.set('tls.binding', options.yes('require_ssl_reuse', true) ? 'require' : 'prefer');
  if (options.text('strict_ssl_read_eof') !== undefined)
    options.set('tls.truncation', options.yes('strict_ssl_read_eof', false) ? 'refuse' : 'accept');
  const who = options.yes('local_enable', false) ? 'local' : 'anon';
  const usual = who === 'local';
  const control = options.yes(`force_${who}_logins_ssl`, usual);
  const data = options.yes(`force_${who}_data_ssl`, usual);
  options.set('tls.require', control ? (data ? 'both' : 'control') : data ? 'data' : 'none');
}

function people(options: Translation): void {
  // Nobody gets in by a password that was made up: the users are to be written.
  options.set('users', []);
  locals(options);
  if (options.text('anonymous_enable') === undefined)
    options.note(
      'anonymous_enable',
      'vsftpd lets everybody in when it is not set: set anonymous.enabled to true if that is meant.',
    );
  if (!options.yes('anonymous_enable', false)) {
    options.unused(['anon_root'], 'There is no anonymous_enable=YES.');
    return;
  }
  options.set('anonymous.enabled', true);
  options.set('anonymous.directory', options.text('anon_root') ?? '/srv/ftp');
}

/** The users of the machine. */
function locals(options: Translation): void {
  const token = options.text('user_sub_token');
  const root = options.text('local_root');
  const own = token === undefined ? undefined : root?.replaceAll(token, '{user}');
  if (own === undefined || own === root) options.set('directory', root);
  if (!options.yes('local_enable', false)) {
    const names = ['check_shell', 'write_enable', 'local_max_rate', 'user_sub_token'];
    options.unused(names, 'There is no local_enable=YES.');
    return;
  }
  const rate = options.number('local_max_rate') || undefined;
  if (rate !== undefined && rate < 1000)
    options.leave('local_max_rate', 'The lowest rate is 1000 bytes a second.');
  const rules = {
    ...(root === undefined ? {} : { directory: own ?? root }),
    ...(options.yes('write_enable', false) ? {} : { permissions: 'read' }),
    ...(rate === undefined || rate < 1000 ? {} : { 'rate-down': rate, 'rate-up': rate }),
  };
  options.set('accounts', [
    {
      type: 'system',
      ...(options.yes('check_shell', true) ? {} : { 'check-shell': false }),
      ...(Object.keys(rules).length === 0 ? {} : { rules }),
    },
  ]);
}

function times(options: Translation): void {
  const given = [options.number('accept_timeout', 1), options.number('connect_timeout', 1)].filter(
    (time) => time !== undefined,
  );
  if (given.length > 0) options.set('timeouts.data', Math.max(...given));
  options.set('timeouts.stall', options.number('data_connection_timeout', 1));
  options.set('timeouts.idle', options.number('idle_session_timeout', 1));
}
