import type { ModeSet } from '../flags/values.ts';
import { lftpWord, shellLine, urlHost, urlPart } from './quoting.ts';

/** What a ready-made command line has to know. */
export interface Door {
  readonly address: string;
  readonly port: number;
  readonly tls: 'none' | 'explicit' | 'implicit';
  /** Undefined: anonymous. */
  readonly user: string | undefined;
  /** Undefined: the client is left to ask for it. */
  readonly password: string | undefined;
  readonly readOnly: boolean;
  readonly modes: ModeSet;
  /** A file at the top of the served folder. */
  readonly sample: string | undefined;
  /** For certificates that no authority has signed. */
  readonly pins: { readonly sha256: string; readonly sha1: string; readonly pin: string } | undefined;
}

export interface ClientLine {
  readonly client: string;
  readonly mode: 'passive' | 'active';
  readonly does: 'list' | 'fetch' | 'store';
  /** For a POSIX shell. */
  readonly line: string;
}

/** Command lines that can be pasted into a shell as they are, when the folder has a file to fetch. */
export function clientLines(door: Door): readonly ClientLine[] {
  const modes = (['passive', 'active'] as const).filter((mode) => door.modes[mode]);
  return modes.flatMap((mode) => [
    ...lines('curl', door, mode, curl),
    ...lines('lftp', door, mode, lftp),
    ...lines('wget', door, mode, wget),
    ...lines('duoport', door, mode, duoport),
  ]);
}

type Mode = 'passive' | 'active';
type Does = ClientLine['does'];
type Make = (door: Door, mode: Mode, does: Does) => readonly string[] | undefined;

function lines(client: string, door: Door, mode: Mode, make: Make): readonly ClientLine[] {
  return wantedOf(door).flatMap((does) => {
    const words = make(door, mode, does);
    return words === undefined ? [] : [{ client, mode, does, line: shellLine(words) }];
  });
}

/** Without a file to fetch there is none to send back either, and a line with a gap in it cannot be pasted. */
function wantedOf(door: Door): readonly Does[] {
  if (door.sample === undefined) return ['list'];
  return door.readOnly ? ['list', 'fetch'] : ['list', 'fetch', 'store'];
}

/** Fetched under another name: pasted in the served folder itself, the file must not be overwritten while it is being read. */
function names(door: Door): { readonly remote: string; readonly local: string } {
  const remote = door.sample ?? 'FILE';
  return { remote, local: `fetched-${remote}` };
}

function url(door: Door, path: string, login: string): string {
  const scheme = door.tls === 'implicit' ? 'ftps' : 'ftp';
  return `${scheme}://${login}${urlHost(door.address)}:${door.port}/${path.split('/').map(urlPart).join('/')}`;
}

const curl: Make = (door, mode, does) => {
  // curl before 8 cannot do active mode with TLS even where nothing is in the way.
  if (mode === 'active' && door.tls !== 'none') return undefined;
  const { remote, local } = names(door);
  const user =
    door.user === undefined
      ? []
      : ['--user', door.password === undefined ? door.user : `${door.user}:${door.password}`];
  const tls = door.tls === 'explicit' ? ['--ssl-reqd'] : [];
  const pin =
    door.tls === 'none' || door.pins === undefined
      ? []
      : ['--insecure', '--pinnedpubkey', `sha256//${door.pins.pin}`];
  const how = ['curl', ...(mode === 'active' ? ['--ftp-port', '-'] : []), ...tls, ...pin, ...user];
  if (does === 'list') return [...how, url(door, '', '')];
  if (does === 'fetch') return [...how, '--output', local, url(door, remote, '')];
  return [...how, '--upload-file', local, url(door, '', '')];
};

const lftp: Make = (door, mode, does) => {
  const { remote, local } = names(door);
  const settings = [
    ...(mode === 'active' ? ['set ftp:passive-mode off'] : []),
    ...(door.tls === 'none' ? [] : ['set ftp:ssl-force on', 'set ftp:ssl-protect-data on']),
    ...(door.tls === 'none' || door.pins === undefined
      ? []
      : [`set ssl:verify-certificate/${door.pins.sha1} off`]),
  ];
  const action = {
    list: 'ls',
    fetch: `set xfer:clobber on; get ${lftpWord(remote)} -o ${lftpWord(local)}`,
    store: `put ${lftpWord(local)}`,
  }[does];
  const login =
    door.user === undefined
      ? []
      : ['-u', door.password === undefined ? door.user : `${door.user},${door.password}`];
  // No slash at the end: with one, lftp goes to the directory at once, before it has read the settings.
  return ['lftp', ...login, '-e', [...settings, action, 'bye'].join('; '), url(door, '', '').slice(0, -1)];
};

const wget: Make = (door, mode, does) => {
  // wget only fetches, and its TLS cannot be told to trust one certificate without a file of it.
  if (does !== 'fetch' || door.tls !== 'none') return undefined;
  const { remote, local } = names(door);
  const password = door.password === undefined ? ['--ask-password'] : [`--password=${door.password}`];
  const login = door.user === undefined ? [] : [`--user=${door.user}`, ...password];
  return [
    'wget',
    ...(mode === 'active' ? ['--no-passive-ftp'] : []),
    ...login,
    '-O',
    local,
    url(door, remote, ''),
  ];
};

const duoport: Make = (door, mode, does) => {
  // One line is enough to show how it goes: the others are in its own help.
  if (does === 'store') return undefined;
  if (does === 'list' && door.sample !== undefined) return undefined;
  const { remote, local } = names(door);
  const password = door.password === undefined ? '' : `:${urlPart(door.password)}`;
  const login = door.user === undefined ? '' : `${urlPart(door.user)}${password}@`;
  const pin = door.pins === undefined ? [] : ['--fingerprint', door.pins.sha256];
  const tls = door.tls === 'none' ? [] : ['--tls', door.tls, ...pin];
  const flags = ['--mode', mode, ...tls, '--trace'];
  if (does === 'list') return ['npx', 'duoport', 'ls', url(door, '', login), ...flags];
  return ['npx', 'duoport', 'get', url(door, remote, login), '-o', local, ...flags];
};
