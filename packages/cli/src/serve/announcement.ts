import type { AdvertisedRule } from '@duoport/net';
import type { ModeSet, PortRange } from '../flags/values.ts';
import { printable } from '../printable.ts';
import { type ClientLine, clientLines, type Door } from './client-lines.ts';
import { urlHost } from './quoting.ts';

/** Everything that `serve` says when it is ready. */
export interface Announcement {
  readonly folder: string;
  readonly doors: readonly {
    readonly port: number;
    readonly implicitTls: boolean;
    readonly addresses: readonly string[];
  }[];
  readonly users: readonly {
    /** Undefined: anonymous. */
    readonly name: string | undefined;
    /** Only a password that was made up for this run; the others are known to whoever set them. */
    readonly password: string | undefined;
    readonly readOnly: boolean;
  }[];
  readonly modes: ModeSet;
  readonly passivePorts: PortRange;
  readonly singlePort: boolean;
  readonly passiveAddress: readonly AdvertisedRule[] | undefined;
  readonly activeSourcePort: number | undefined;
  readonly certificate:
    | { readonly sha256: string; readonly sha1: string; readonly pin: string; readonly selfSigned: boolean }
    | undefined;
  readonly requireTls: 'none' | 'control' | 'data' | 'both';
  readonly sample: string | undefined;
  /** Why the port is not 21, when it is not by choice. */
  readonly portRemark: string | undefined;
}

/** The announcement for people, line by line. */
export function announcementLines(what: Announcement): readonly string[] {
  const rows: readonly (readonly [string, string])[] = [
    ...what.doors
      .flatMap(addressRows)
      .map(([, text], index) => [index === 0 ? 'address' : '', text] as const),
    ...(what.portRemark === undefined ? [] : [['', `(${what.portRemark})`] as const]),
    ...what.users.map((user) => ['login', loginText(user)] as const),
    ...modeRows(what),
    ...tlsRows(what),
    ['firewall', `let in TCP ${openPorts(what)}`],
  ];
  return [
    `duoport serves ${printable(what.folder)}`,
    '',
    ...rows.map(([name, text]) => `  ${name.padEnd(10)}${text}`),
    '',
    ...clientText(what),
    'Ctrl-C ends it: transfers that are running may finish. A second Ctrl-C ends it at once.',
  ];
}

/** The door and the login that ready-made lines use: the first of each. */
function firstDoor(what: Announcement): Door | undefined {
  const [door] = what.doors;
  const [user] = what.users;
  const address = door?.addresses[0];
  if (door === undefined || user === undefined || address === undefined) return undefined;
  const tls = door.implicitTls ? 'implicit' : what.certificate === undefined ? 'none' : 'explicit';
  const { modes, sample, certificate } = what;
  const pins = certificate?.selfSigned === true ? certificate : undefined;
  return {
    address,
    port: door.port,
    tls,
    user: user.name,
    password: user.password,
    readOnly: user.readOnly,
    modes,
    sample,
    pins,
  };
}

function addressRows(door: Announcement['doors'][number]): readonly (readonly [string, string])[] {
  const scheme = door.implicitTls ? 'ftps' : 'ftp';
  return door.addresses.map((address, index) => {
    const note = door.implicitTls && index === 0 ? '   TLS from the first byte' : '';
    return ['', `${scheme}://${urlHost(address)}:${door.port}/${note}`];
  });
}

function loginText(user: Announcement['users'][number]): string {
  const rights = user.readOnly ? 'may read' : 'may read and write';
  if (user.name === undefined) return `anonymous, any password   ${rights}`;
  const password =
    user.password === undefined ? 'with the password that you set' : `password ${user.password}`;
  return `user ${printable(user.name)}   ${password}   ${rights}`;
}

function modeRows(what: Announcement): readonly (readonly [string, string])[] {
  const { modes, passivePorts, singlePort, passiveAddress, activeSourcePort } = what;
  const where = singlePort ? 'the same port' : `port ${range(passivePorts)}`;
  const told = passiveAddress === undefined ? '' : `, announced as ${passiveAddress.map(toldAs).join(', ')}`;
  const rows: (readonly [string, string])[] = [];
  if (modes.passive) rows.push(['passive', `the client opens the data connection, to ${where} here${told}`]);
  if (modes.active) {
    const port = activeSourcePort === undefined ? 'any port' : `port ${activeSourcePort}`;
    rows.push(['active', `this server opens the data connection, from ${port} here`]);
  }
  return rows;
}

/** `203.0.113.7`, `203.0.113.7 ports +10000 (to 10.0.0.0/8)`. */
function toldAs({ address, clients, portOffset = 0 }: AdvertisedRule): string {
  const ports = portOffset === 0 ? '' : ` ports ${portOffset > 0 ? '+' : ''}${portOffset}`;
  return `${printable(address)}${ports}${clients === undefined ? '' : ` (to ${clients.join(', ')})`}`;
}

function tlsRows(what: Announcement): readonly (readonly [string, string])[] {
  if (what.certificate === undefined) {
    return [['TLS', 'none: passwords and files can be read on the way. --tls-self-signed turns it on.']];
  }
  const required = {
    none: 'offered, not required',
    control: 'required for logging in',
    data: 'required for data connections',
    both: 'required',
  }[what.requireTls];
  const { selfSigned, sha256 } = what.certificate;
  const rows: (readonly [string, string])[] = [
    ['TLS', `${required}; the certificate is ${selfSigned ? 'self-signed' : 'yours'}`],
  ];
  if (selfSigned) rows.push(['SHA-256', sha256]);
  return rows;
}

function openPorts(what: Announcement): string {
  const control = [...new Set(what.doors.map((door) => String(door.port)))];
  const all = [...control, ...(what.modes.passive && !what.singlePort ? [range(what.passivePorts)] : [])];
  return [all.slice(0, -1).join(', '), all.at(-1) ?? ''].filter((part) => part !== '').join(' and ');
}

function range({ low, high }: PortRange): string {
  return low === high ? String(low) : `${low}-${high}`;
}

function clientText(what: Announcement): readonly string[] {
  const door = firstDoor(what);
  if (door === undefined) return [];
  const all = clientLines(door);
  const title = { passive: 'Passive mode:', active: 'Active mode:' };
  const block = (mode: ClientLine['mode']): readonly string[] => {
    const found = all.filter((line) => line.mode === mode);
    return found.length === 0 ? [] : [title[mode], ...found.map((line) => `  ${line.line}`), ''];
  };
  return [...block('passive'), ...block('active')];
}
