import type { FindingCode } from '../finding-codes.ts';
import type { Remedy } from '../report.ts';
import { seenRange } from '../rules/range.ts';
import type { Case, Explain, Explanation } from '../verdict.ts';
import { otherMode } from './clients.ts';
import { openPassive, sureSide, watchWithHelper } from './flows.ts';
import { advice, serverSetting } from './settings.ts';
import { verbsOf, where } from './words.ts';

/** The client dials, and does not get there. */
export const explainPassive = {
  'passive-silent': (found) => ({
    text: `Passive mode: the server names a port, and packets to that port are thrown away ${where(found.side)}.`,
    remedies: shut(found),
  }),
  'passive-refused': (found) => ({
    text: `Passive mode: the server names a port, and a connection to it is refused ${where(found.side)}: a firewall resets it, or a router takes it for itself and forwards it to nobody.`,
    remedies: shut(found),
  }),
  'passive-rejected': (found) => ({
    text: `Passive mode: the server names a port, and a firewall ${where(found.side)} rejects connections to it.`,
    remedies: shut(found),
  }),
  'passive-off': (found) => ({
    text: `The server does not take ${verbsOf(found)}.`,
    remedies: [...serverSetting(found, 'enable-passive'), ...working(found, 'active')],
  }),
  'passive-address-private': (found) => ({
    text: `Passive mode: the server announces its inside address, which nobody outside its network can dial. Clients that dial the address of the control connection instead, as many do, are spared that.`,
    remedies: [
      ...serverSetting(found, 'address'),
      advice(
        'client',
        'Until then: EPSV carries no address (curl and duoport use it by default), and clients can be told to ignore that of PASV: FileZilla Settings > FTP > Passive mode "Use the server’s external IP address instead", WinSCP "Force IP address for passive mode connections: On", lftp "set ftp:fix-pasv-address yes".',
      ),
      ...working(found, 'active'),
    ],
  }),
  'passive-address-foreign': (found) => ({
    text: 'Passive mode: the server announces another machine than the one that the control connection goes to, and that one does not answer.',
    remedies: [
      ...serverSetting(found, 'address'),
      advice(
        'server',
        'An address that has changed since (a dynamic one) is the usual reason: announce a name, where the server resolves it again.',
      ),
    ],
  }),
  'passive-hairpin': (found) => ({
    text: 'Passive mode: this machine and the server are in one network, and the server announces the address that it has for the outside. Its router does not turn such connections back.',
    remedies: [
      ...serverSetting(found, 'per-network'),
      advice(
        'client',
        'Until then: EPSV, or a client that dials the address of the control connection (duoport: --pasv-address control, its default).',
      ),
    ],
  }),
  'passive-port-mapped': (found) => ({
    text: 'Passive mode: the ports outside are others than the ones that the server listens on and announces.',
    remedies: [...serverSetting(found, 'port-map'), ...openPassive(found)],
  }),
  'passive-peer-refused': (found) => ({
    text: 'Passive mode: the data connection reaches the server from another address than the control connection, so the server does not take it. A NAT with several addresses, a balancer or a hairpin does that.',
    remedies: [
      advice(
        'unknown',
        'Send both connections of a client through one address: "sticky" or "persistent" addresses on the NAT, client affinity on a balancer.',
      ),
      ...serverSetting(found, 'foreign-peer'),
    ],
  }),
  'address-rewritten': (found) =>
    found.attempts.every(({ outcome }) => outcome === 'works') ? helperWorks : helperSpoils(found),
  'helper-masquerade': (found) => ({
    text: 'Passive mode: the NAT in front of the server has an FTP helper, and the server announces the outside address by itself. The Linux helper does nothing for an address that is not the sender’s (loose=0), so PASV is not opened while EPSV is.',
    remedies: [
      advice(
        'server',
        'Either take the announced address out of the server and leave it to the helper (vsftpd: no pasv_address; ProFTPD: no MasqueradeAddress; Pure-FTPd: no -P; duoport: no --passive-address) …',
      ),
      ...openPassive({ ...found, side: 'server' }).map((remedy) => ({
        ...remedy,
        text: `… or, and under TLS there is no other way, do without the helper. ${remedy.text}`,
      })),
    ],
  }),
  'range-exhausted': (found) => ({
    text: 'The server has no passive port left: its range is too small for what goes on, or transfers that were given up still hold it.',
    remedies: serverSetting(found, 'range'),
  }),
  'range-unstable': (found) => ({
    text: `The passive ports that the server announces lie all over${span(found)}: it has no range set, so no rule can be written for it.`,
    remedies: serverSetting(found, 'range'),
  }),
} as const satisfies Partial<Record<FindingCode, Explain>>;

const helperWorks: Explanation = {
  text: 'An FTP helper (ALG) of a NAT or firewall on the way changes the addresses in 227, 229, PORT or EPRT, and it works by that. Under TLS it can read nothing, and on another port than it watches it does nothing.',
  remedies: [
    advice(
      'unknown',
      'To do without it: on the server’s side open or forward a passive range and announce the outside address; on the client’s side use passive mode.',
    ),
  ],
};

function helperSpoils({ side }: Case): Explanation {
  return {
    text: 'Something on the way changes what the server says in 227 or 229: an FTP helper (ALG) of a NAT or firewall.',
    remedies: [
      advice(
        sureSide(side, 'middle'),
        'Switch that helper off (routers call it "FTP ALG" or "application layer gateway"; Linux: no ct helper), and forward the passive range.',
      ),
      advice('client', 'Under TLS no helper can read it: --tls explicit.'),
    ],
  };
}

/** A port that is not let through: open the range; say which range it is to be; or use what works. */
function shut(found: Case): readonly Remedy[] {
  const { facts, side } = found;
  const range = seenRange(facts);
  const secure = found.attempts.some((attempt) => attempt.secure);
  const helper =
    secure || side === 'client'
      ? []
      : [watchWithHelper(found, { side: sureSide(side, 'server'), mode: 'passive', masquerade: false })];
  const fixed = facts.product === 'duoport' ? [] : serverSetting(found, 'range');
  return [
    ...openPassive(found),
    ...(range === undefined || range.unstable ? serverSetting(found, 'range') : fixed),
    ...working(found, 'active'),
    ...helper,
  ];
}

function working({ facts, attempts }: Case, mode: 'passive' | 'active'): readonly Remedy[] {
  const secure = attempts.some((attempt) => attempt.secure);
  return facts.works(mode, secure) ? otherMode(mode) : [];
}

function span({ facts }: Case): string {
  const range = seenRange(facts);
  return range === undefined ? '' : `, from ${range.low} to ${range.high} in ${range.samples} tries`;
}
