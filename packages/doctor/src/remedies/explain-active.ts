import type { FindingCode } from '../finding-codes.ts';
import type { Remedy } from '../report.ts';
import type { Case, Explain } from '../verdict.ts';
import { otherMode } from './clients.ts';
import { openActive, openPassive, sureSide, watchWithHelper } from './flows.ts';
import { advice, serverSetting } from './settings.ts';
import { verbsOf, where } from './words.ts';

/** The server dials, and does not get here. And what helpers on the way have to do with it. */
export const explainActive = {
  'active-off': (found) => ({
    text: `The server does not take ${verbsOf(found)}.`,
    remedies: [...passive(found), ...serverSetting(found, 'enable-active')],
  }),
  'active-behind-nat': (found) => ({
    text: 'Active mode: this machine is behind address translation. The address that it names in PORT or EPRT is not one that the server can dial.',
    remedies: [...passive(found), ...natRemedies(found)],
  }),
  'helper-wrong-port': (found) => ({
    text: `Active mode: this machine is behind address translation, and nothing on the way puts the outside address into PORT. FTP helpers watch port 21 unless they are told otherwise, and this server is on port ${found.facts.seen.port}.`,
    remedies: [...passive(found), ...natRemedies(found)],
  }),
  'active-address-rewritten': (found) => ({
    text: 'Active mode: an FTP helper on the way replaces the address in PORT or EPRT by one that the server cannot use: the connection does not reach it by the way that the helper takes for granted.',
    remedies: [
      advice(
        'client',
        'Switch the helper off on the NAT of this side (routers: "FTP ALG"; Linux: no ct helper for this port), or use a control port that it does not watch.',
      ),
      advice('client', 'Under TLS no helper can read it: --tls explicit.'),
      ...passive(found),
    ],
  }),
  'active-blocked-here': (found) => ({
    text: 'Active mode: the connection of the server reaches this machine, and the firewall of this very machine stops it.',
    remedies: [...openActive(found), ...passive(found)],
  }),
  'active-blocked-on-the-way': (found) => ({
    text: `Active mode: the connection of the server does not get here: it is stopped ${where(found.side)}.`,
    remedies: [...openActive(found), ...passive(found), ...helperFor(found)],
  }),
  'active-refused': (found) => ({
    text: 'Active mode: the server is refused at once when it dials this machine.',
    remedies: [...openActive(found), ...passive(found)],
  }),
  'active-source-port': (found) => ({
    text: 'Active mode: the server does not dial from port 20, from which firewalls expect it, and a firewall lets nothing in from the port that it dials from.',
    remedies: [...serverSetting(found, 'source-port'), ...openActive(found), ...passive(found)],
  }),
  'helper-blind-tls': (found) => ({
    text: `Without TLS it works, under TLS it does not: a helper ${where(found.side)} opens the data connection from what it reads, and under TLS it can read nothing.`,
    remedies: blindRemedies(found),
  }),
} as const satisfies Partial<Record<FindingCode, Explain>>;

function passive({ facts, attempts }: Case): readonly Remedy[] {
  const secure = attempts.some((attempt) => attempt.secure);
  return facts.works('passive', secure) ? otherMode('passive') : [];
}

function natRemedies(found: Case): readonly Remedy[] {
  const secure = found.attempts.some((attempt) => attempt.secure);
  const plain = found.attempts.some((attempt) => !attempt.secure);
  const { asked } = found.facts.seen;
  const forward = advice(
    'client',
    asked.externalAddress === undefined
      ? 'Or forward a range of ports on that router to this machine, and tell the client both: duoport --external-address OUTSIDE --port-range 45000-45010; FileZilla: Settings > FTP > Active mode; lftp: set ftp:port-ipv4 OUTSIDE and ftp:port-range; curl: --ftp-port OUTSIDE:45000-45010.'
      : `The router has to forward the active ports to this machine; is ${asked.externalAddress} its outside address?`,
  );
  const helper = plain ? [watchWithHelper(found, { side: 'client', mode: 'active', masquerade: true })] : [];
  const blind = secure ? [advice('client', 'Under TLS no helper can do it.')] : [];
  return [...helper, forward, ...blind];
}

function helperFor(found: Case): readonly Remedy[] {
  if (found.attempts.some((attempt) => attempt.secure)) return [];
  return [
    watchWithHelper(found, {
      side: sureSide(found.side, 'middle'),
      mode: 'active',
      masquerade: found.facts.clientNat,
    }),
  ];
}

function blindRemedies(found: Case): readonly Remedy[] {
  const dialled = found.attempts.some(({ verb }) => verb === 'PASV' || verb === 'EPSV');
  const ccc = advice(
    'client',
    'Or leave the control connection in clear after the login (CCC: lftp "set ftp:ssl-use-ccc yes", curl --ftp-ssl-ccc), where the server takes it.',
  );
  if (dialled) return [...openPassive(found), ...serverSetting(found, 'range'), ccc];
  const open = found.facts.clientNat ? natRemedies(found) : openActive(found);
  return [...passive(found), ...open, ccc];
}
