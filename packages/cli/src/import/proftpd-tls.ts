import type { Translation } from './options.ts';

const tlsOptions = [
  'RSACertificateFile',
  'RSACertificateKeyFile',
  'ECCertificateFile',
  'ECCertificateKeyFile',
  'Protocol',
];

const clientOptions = ['TLSVerifyClient', 'TLSCACertificateFile', 'TLSCARevocationFile'] as const;

/** TLS, with the certificates of clients. */
export function proftpdTls(options: Translation): void {
  if (!options.yes('TLSEngine', false)) {
    const names = [...tlsOptions, 'CipherSuite', 'Required', 'Options', 'Engine'].map((name) => `TLS${name}`);
    options.unused([...names, ...clientOptions], 'TLS is off: there is no "TLSEngine on".');
    return;
  }
  const kind = options.text('TLSECCertificateFile') === undefined ? 'RSA' : 'EC';
  if (kind === 'EC' && options.text('TLSRSACertificateFile') !== undefined)
    for (const name of ['TLSRSACertificateFile', 'TLSRSACertificateKeyFile'])
      options.leave(name, 'One certificate: the EC one is taken.');
  const certificate = options.text(`TLS${kind}CertificateFile`);
  if (certificate === undefined) {
    options.leave('TLSEngine', 'There is no certificate to it: set tls.certificate and tls.key.');
    return;
  }
  options.set('tls.certificate', certificate);
  options.set('tls.key', options.text(`TLS${kind}CertificateKeyFile`) ?? certificate);
  options.set('tls.ciphers', options.text('TLSCipherSuite'));
  const protocols = options.text('TLSProtocol');
  if (protocols !== undefined && /^TLSv1\.3$/i.test(protocols)) options.set('tls.minimum-version', 'TLSv1.3');
  clientCertificates(options);
  const reuse = !/\bNoSessionReuseRequired\b/i.test(options.text('TLSOptions') ?? '');
  options.set('tls.binding', reuse ? 'require' : 'prefer');
  required(options);
}

function clientCertificates(options: Translation): void {
  const asked = (options.text('TLSVerifyClient') ?? 'off').toLowerCase();
  const wanted = { on: 'require', optional: 'ask' }[asked];
  const authorities = options.text('TLSCACertificateFile');
  const lists = options.text('TLSCARevocationFile');
  if (wanted === undefined) return options.unused(clientOptions, 'Clients are asked for no certificates.');
  if (authorities === undefined)
    return options.leave(
      'TLSVerifyClient',
      'It needs tls.client-authorities: put its authorities into one file.',
    );
  options.set('tls.client-certificates', wanted);
  options.set('tls.client-authorities', authorities);
  options.set('tls.client-revocations', lists && [lists]);
}

function required(options: Translation): void {
  const value = (options.text('TLSRequired') ?? 'off').toLowerCase();
  const meant: Readonly<Record<string, string | readonly string[]>> = {
    on: 'both',
    off: 'none',
    ctrl: 'control',
    data: 'data',
    auth: 'login',
    'auth+data': ['login', 'data'],
    'ctrl+data': 'both',
  };
  const require = Object.hasOwn(meant, value) ? meant[value] : undefined;
  if (require === undefined)
    options.leave('TLSRequired', 'tls.require is none, control, data or both: choose one.');
  options.set('tls.require', require);
}
