import type { FindingCode } from '../finding-codes.ts';
import type { Explain } from '../verdict.ts';
import { advice, serverSetting } from './settings.ts';
import { clientFacts } from './words.ts';

/** What keeps the run from getting to a data connection at all. */
export const explainControl = {
  'name-not-found': ({ facts }) => ({
    text: `The name ${clientFacts(facts).host} has no address, so nothing could be tried.`,
    remedies: [advice('client', 'Check the spelling of the name, or write the address in its place.')],
  }),
  'control-refused': ({ facts }) => ({
    text: `Nobody takes the control connection on port ${facts.seen.port}: it is refused at once.`,
    remedies: [
      advice(
        'server',
        'Is the server running, and on this port? On its host, "ss -ltn" shows who listens where.',
      ),
      advice('server', `Is TCP port ${facts.seen.port} forwarded to it and let in?`),
    ],
  }),
  'control-silent': (found) => ({
    text: `Nothing answers on port ${found.facts.seen.port}: packets to it are thrown away, or the host is off.`,
    remedies: [
      advice('server', 'Is the host up, and is the address the right one?'),
      advice(
        'server',
        `Is TCP port ${found.facts.seen.port} let in by the server’s host and the firewall in front of it, and forwarded where there is NAT?`,
      ),
    ],
  }),
  'not-ftp': ({ facts }) => ({
    text: `What answers on port ${facts.seen.port} is no FTP server${guess(facts.seen.control.foreign)}.`,
    remedies: [advice('client', foreignAdvice(facts.seen.control.foreign))],
  }),
  'login-refused': () => ({
    text: 'The server does not let this user in, so no data connection could be tried.',
    remedies: [
      advice('client', 'Check user name and password. The doctor tries no other than the ones it was given.'),
    ],
  }),
  'tls-required': () => ({
    text: 'The server wants TLS before anybody logs in.',
    remedies: [
      advice(
        'client',
        'Turn TLS on: --tls explicit, or a URL that begins with ftps://. In other clients: "explicit FTP over TLS".',
      ),
    ],
  }),
  'tls-failed': () => ({
    text: 'The TLS handshake on the control connection fails.',
    remedies: [
      advice(
        'client',
        'Port 990 wants TLS from the first byte (--tls implicit), other ports AUTH TLS (--tls explicit).',
      ),
      advice('server', 'Servers that know only TLS 1.0 or 1.1 are refused: they need an update.'),
    ],
  }),
  'certificate-untrusted': (found) => ({
    text: 'The certificate of the server cannot be trusted as it is: most clients ask a person, and programs give up.',
    remedies: [
      ...serverSetting(found, 'certificate'),
      advice(
        'client',
        'Trust exactly this one: --fingerprint SHA256, or --ca FILE for the authority that signed it.',
      ),
    ],
  }),
  'control-cut': () => ({
    text: 'The control connection was closed or went dead in the middle.',
    remedies: [
      advice('server', 'The log of the server tells whether it closed the connection itself, and why.'),
      advice(
        'unknown',
        'When it did not: a firewall or NAT on the way ends it, for what it reads in it or after a time.',
      ),
    ],
  }),
  'server-garbage': () => ({
    text: 'The server answers something that is no FTP.',
    remedies: [
      advice('server', 'Something else than an FTP server may stand behind this port, or in between.'),
    ],
  }),
  'server-hangs': () => ({
    text: 'The server takes the connection and then stops answering.',
    remedies: [
      advice(
        'server',
        'It may be busy, or wait for a name server about this address (vsftpd: reverse_lookup_enable=NO; ProFTPD: UseReverseDNS off).',
      ),
    ],
  }),
  'idle-cut': (found) => ({
    text: `The control connection was silent for ${Math.round((found.facts.seen.idle?.silence ?? 0) / 1000)} s and is dead after that: something on the way has forgotten it. A long transfer, during which it is silent too, ends without its 226.`,
    remedies: [
      advice(
        'client',
        'Let the client keep it alive. FileZilla: Settings > Connection > FTP > "Send FTP keep-alive commands". WinSCP: Advanced > Connection > Keepalives. curl: --keepalive-time 60.',
      ),
      ...serverSetting(found, 'idle'),
      advice(
        'middle',
        'On the NAT or firewall: raise the timeout of established TCP connections (Linux: net.netfilter.nf_conntrack_tcp_timeout_established).',
      ),
    ],
  }),
} as const satisfies Partial<Record<FindingCode, Explain>>;

function guess(foreign: string | undefined): string {
  if (foreign === undefined) return '';
  if (/^SSH-/.test(foreign)) return ': it is an SSH server';
  if (/^HTTP\/|<html/i.test(foreign)) return ': it is a web server or proxy';
  if (/^[\x15\x16]\x03/.test(foreign)) return ': it speaks TLS from the first byte';
  return '';
}

function foreignAdvice(foreign: string | undefined): string {
  if (foreign !== undefined && /^SSH-/.test(foreign))
    return 'Port 22 is SSH: use an SFTP client (sftp://), or the port of the FTP server.';
  if (foreign !== undefined && /^[\x15\x16]\x03/.test(foreign))
    return 'Use --tls implicit, or a URL that begins with ftps://.';
  return 'Check the port. FTP is 21 by custom, and 990 with TLS from the first byte.';
}
