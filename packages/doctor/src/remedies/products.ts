import type { Product } from '../products.ts';

/** Facts that settings are filled in with. */
export interface SettingFacts {
  readonly range: { readonly low: number; readonly high: number };
  /** The server's address as the outside sees it. */
  readonly address: string;
}

/** Kinds of settings: what a finding may want changed on a server. */
export type Topic =
  | 'range'
  | 'address'
  | 'per-network'
  | 'port-map'
  | 'enable-passive'
  | 'enable-active'
  | 'foreign-peer'
  | 'source-port'
  | 'resumption'
  | 'certificate'
  | 'idle';

export interface Setting {
  readonly product: string;
  readonly setting: string;
}

/** The products whose own words are used when it is not known which one it is. */
const commonProducts: readonly Product[] = ['vsftpd', 'proftpd', 'pure-ftpd', 'filezilla', 'iis'];

const names: Readonly<Record<Product, string>> = {
  vsftpd: 'vsftpd (vsftpd.conf)',
  proftpd: 'ProFTPD (proftpd.conf)',
  'pure-ftpd': 'Pure-FTPd',
  filezilla: 'FileZilla Server',
  iis: 'IIS',
  duoport: 'duoport serve',
  pyftpdlib: 'pyftpdlib',
  sftpgo: 'SFTPGo (ftpd section)',
};

type Words = (facts: SettingFacts) => string;

const settings: Readonly<Record<Topic, Readonly<Partial<Record<Product, Words>>>>> = {
  range: {
    vsftpd: ({ range }) => `pasv_min_port=${range.low} and pasv_max_port=${range.high}`,
    proftpd: ({ range }) => `PassivePorts ${range.low} ${range.high}`,
    'pure-ftpd': ({ range }) => `-p ${range.low}:${range.high} (PassivePortRange ${range.low} ${range.high})`,
    filezilla: ({ range }) =>
      `Server > Configure > Protocols settings > FTP > Passive mode > Use custom port range: ${range.low} to ${range.high}`,
    iis: ({ range }) =>
      `FTP Firewall Support, at the server: Data Channel Port Range ${range.low}-${range.high}; restart ftpsvc`,
    duoport: ({ range }) => `--passive-ports ${range.low}-${range.high}`,
    pyftpdlib: ({ range }) => `handler.passive_ports = range(${range.low}, ${range.high + 1})`,
    sftpgo: ({ range }) => `passive_port_range: start ${range.low}, end ${range.high}`,
  },
  address: {
    vsftpd: ({ address }) => `pasv_address=${address} (a name only with pasv_addr_resolve=YES)`,
    proftpd: ({ address }) => `MasqueradeAddress ${address}`,
    'pure-ftpd': ({ address }) => `-P ${address} (ForcePassiveIP ${address})`,
    filezilla: ({ address }) =>
      `Server > Configure > Protocols settings > FTP > Passive mode > Public IP or hostname: ${address}`,
    iis: ({ address }) => `FTP Firewall Support, at the site: External IP Address of Firewall ${address}`,
    duoport: ({ address }) => `--passive-address ${address}`,
    pyftpdlib: ({ address }) => `handler.masquerade_address = '${address}'`,
    sftpgo: ({ address }) => `force_passive_ip: "${address}"`,
  },
  'per-network': {
    vsftpd: () =>
      'it has one pasv_address for all: a second instance for the inside network, without pasv_address',
    proftpd: () => 'a <VirtualHost> on the inside address without MasqueradeAddress',
    'pure-ftpd': () => 'it has one -P for all: a second instance for the inside network, without -P',
    filezilla: () =>
      'Server > Configure > Protocols settings > FTP > Passive mode > "Use local IP for local peers" (keep it ticked)',
    iis: () => 'a second site on the inside address, without External IP Address of Firewall',
    duoport: ({ address }) =>
      `--passive-address 192.168.0.0/16=local --passive-address ${address} (write your own network)`,
    pyftpdlib: ({ address }) => `handler.masquerade_address_map = {'<inside address>': '${address}'}`,
    sftpgo: () => 'passive_ip_overrides: the inside network with the inside address',
  },
  'port-map': {
    vsftpd: ({ range }) =>
      `listen on the ports that the outside has: pasv_min_port=${range.low}, pasv_max_port=${range.high}, forwarded one to one`,
    proftpd: ({ range }) => `PassivePorts ${range.low} ${range.high}, forwarded one to one`,
    'pure-ftpd': ({ range }) => `-p ${range.low}:${range.high}, forwarded one to one`,
    filezilla: ({ range }) => `the custom port range ${range.low} to ${range.high}, forwarded one to one`,
    iis: ({ range }) => `Data Channel Port Range ${range.low}-${range.high}, forwarded one to one`,
    duoport: ({ address }) => `--passive-address ${address}:+N, when the outside has port P at P+N`,
  },
  'enable-passive': {
    vsftpd: () => 'pasv_enable=YES',
    proftpd: () => 'remove PASV and EPSV from <Limit … DenyAll>',
    'pure-ftpd': () => 'start it without -N (NATmode no)',
    iis: () => 'no switch: look at request filtering, FTP Request Filtering > Commands',
    filezilla: () => 'no switch: passive mode is always on, so a proxy or firewall answers in its place',
    duoport: () => '--modes passive,active',
    sftpgo: () => 'no switch: passive mode is always on',
  },
  'enable-active': {
    vsftpd: () => 'port_enable=YES',
    proftpd: () => 'remove PORT and EPRT from <Limit … DenyAll>',
    'pure-ftpd': () => 'no switch: active mode is always on',
    filezilla: () => 'no switch: active mode is always on',
    iis: () => 'no switch: look at request filtering, FTP Request Filtering > Commands',
    duoport: () => '--modes passive,active',
    sftpgo: () => 'disable_active_mode: false',
  },
  'foreign-peer': {
    vsftpd: () =>
      'pasv_promiscuous=YES (it then takes a data connection from anybody: better make the addresses equal)',
    proftpd: () => 'AllowForeignAddress with a <Class> of your networks',
    'pure-ftpd': () => '-w (AllowUserFXP yes)',
    filezilla: () => 'no switch: both connections must come from one address',
    iis: () => 'FTP data channel: no switch in the console; both connections must come from one address',
    duoport: () => 'under TLS it is no matter: the session proves who it is',
    sftpgo: () => 'passive_connections_security: 1',
    pyftpdlib: () => 'handler.permit_foreign_addresses = True',
  },
  'source-port': {
    vsftpd: () => 'connect_from_port_20=YES',
    proftpd: () => 'start it as root: it dials from port 20 then (RootRevoke off)',
    'pure-ftpd': () => 'start it as root: it dials from port 20 then',
    filezilla: () => 'it cannot dial from port 20',
    iis: () => 'it dials from port 20 when the site is on port 21',
    duoport: () => '--active-source-port 20',
    sftpgo: () => 'active_transfers_port_non_20: false',
  },
  resumption: {
    vsftpd: () => 'require_ssl_reuse=NO, for clients that cannot',
    proftpd: () => 'TLSOptions NoSessionReuseRequired, for clients that cannot',
    filezilla: () => 'no switch: the client has to resume',
    'pure-ftpd': () => 'it does not ask for it: something else answers',
    iis: () => 'it does not ask for it: something else answers',
    duoport: () => 'it prefers it and does not insist',
  },
  certificate: {
    vsftpd: () => 'rsa_cert_file (the whole chain) and rsa_private_key_file',
    proftpd: () => 'TLSRSACertificateFile, TLSRSACertificateKeyFile, TLSCertificateChainFile',
    'pure-ftpd': () => '-2 with a file of key, certificate and chain (CertFile)',
    filezilla: () => 'Server > Configure > Protocols settings > FTP > Connection security > TLS certificate',
    iis: () => 'FTP SSL Settings > SSL Certificate',
    duoport: () => '--tls-cert with the whole chain, and --tls-key',
  },
  idle: {
    vsftpd: () =>
      'it sends no TCP keepalives: raise the timeout of the NAT, or lower idle_session_timeout so that it is told',
    proftpd: () => 'SocketOptions keepalive on:300:75:9',
    'pure-ftpd': () => '-I 15 ends idle sessions in words, before the NAT forgets them',
    filezilla: () => 'no keepalive of the control connection: let the client send one',
    iis: () => 'Control Channel Timeout at the site, in seconds',
  },
};

/** The setting in the words of one product, or of the five commonest. */
export function settingsFor(
  topic: Topic,
  product: string | undefined,
  facts: SettingFacts,
): readonly Setting[] {
  const words = settings[topic];
  const known = isProduct(product) ? words[product] : undefined;
  if (isProduct(product) && known !== undefined) return [{ product: names[product], setting: known(facts) }];
  // A product that was recognised and has no such setting is not told the words of five others.
  if (isProduct(product) && commonProducts.includes(product)) return [];
  return commonProducts.flatMap((one) => {
    const say = words[one];
    return say === undefined ? [] : [{ product: names[one], setting: say(facts) }];
  });
}

function isProduct(name: string | undefined): name is Product {
  return name !== undefined && Object.hasOwn(names, name);
}
