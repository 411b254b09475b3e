import { type Endpoint, formatEndpoint } from '@duoport/protocol';
import { printable } from '../printable.ts';
import {
  addressRows,
  modeRows,
  openPorts,
  type Row,
  rowLine,
  type Standing,
  tlsRows,
} from './announcement-rows.ts';
import { type ClientLine, clientLines, type Door } from './client-lines.ts';

/** Everything that `serve` says when it is ready. */
export interface Announcement extends Standing {
  readonly folder: string;
  readonly users: readonly {
    /** Undefined: anonymous. */
    readonly name: string | undefined;
    /** Only a password that was made up for this run; the others are known to whoever set them. */
    readonly password: string | undefined;
    readonly readOnly: boolean;
  }[];
  /** A database with more users, without its password. */
  readonly accounts: string | undefined;
  readonly sample: string | undefined;
  /** Where counters are shown. */
  readonly metrics: Endpoint | undefined;
}

/** The announcement for people, line by line. */
export function announcementLines(what: Announcement): readonly string[] {
  const rows: readonly Row[] = [
    ...addressRows(what),
    ...what.users.map((user) => ['login', loginText(user)] as const),
    ...(what.accounts === undefined ? [] : [['login', `the users of ${printable(what.accounts)}`] as const]),
    ...modeRows(what, 'this server'),
    ...tlsRows(what),
    ['firewall', `let in TCP ${openPorts(what)}`],
    ...(what.metrics === undefined
      ? []
      : [['metrics', `http://${formatEndpoint(what.metrics)}/metrics`] as const]),
  ];
  return [
    `duoport serves ${printable(what.folder)}`,
    '',
    ...rows.map(rowLine),
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

function loginText(user: Announcement['users'][number]): string {
  const rights = user.readOnly ? 'may read' : 'may read and write';
  if (user.name === undefined) return `anonymous, any password   ${rights}`;
  const password =
    user.password === undefined ? 'with the password that you set' : `password ${user.password}`;
  return `user ${printable(user.name)}   ${password}   ${rights}`;
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
