import type { FindingCode } from '../finding-codes.ts';
import type { Explain } from '../verdict.ts';
import { advice, serverSetting } from './settings.ts';

/** The data connection opens, and then it goes wrong; or what opens is not what it should be. */
export const explainTransfer = {
  'tls-data-failed': () => ({
    text: 'The data connection opens, and the TLS handshake on it fails.',
    remedies: [
      advice(
        'server',
        'The log of the server has its side of it. Some servers want the session of the control connection, and say so only there.',
      ),
      advice('client', 'To see whether TLS is the reason: --tls none, with a password that does not matter.'),
    ],
  }),
  'tls-resumption-wanted': (found) => ({
    text: found.facts.works('passive', true)
      ? 'The server insists that the data connection resumes the TLS session of the control connection. It did here; clients that cannot are refused.'
      : 'The server wants the data connection to resume the TLS session of the control connection, and that did not come about.',
    remedies: [
      ...serverSetting(found, 'resumption'),
      advice(
        'client',
        'Clients that resume: duoport, FileZilla, WinSCP, lftp, curl. Python ftplib does not. With TLS 1.3 tickets some run dry: try TLS 1.2.',
      ),
    ],
  }),
  'transfer-failed': () => ({
    text: 'The data connection opens, and the transfer over it fails.',
    remedies: [
      advice(
        'server',
        'The log of the server says why. Rights of the folder, and a proxy on the way that takes a connection and does not pass it on, are the usual reasons.',
      ),
    ],
  }),
  'server-lies': () => ({
    text: 'The server sends the data connection to this very machine, or to an address that no server on a network has. It was not dialled.',
    remedies: [
      advice(
        'server',
        'An address that was never set (127.0.0.1, 169.254.…) is an innocent reason: set the address that the server announces.',
      ),
      advice(
        'client',
        'A hostile server does that to reach machines behind your firewall. Clients that ignore the address in 227 are safe: duoport, curl and Python ftplib do by default.',
      ),
    ],
  }),
} as const satisfies Partial<Record<FindingCode, Explain>>;
