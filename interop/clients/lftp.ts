import { isUtf8 } from 'node:buffer';
import { basename } from 'node:path';
import { type Finished, run } from '../support/child.ts';
import { need } from '../support/programs.ts';
import { authority, isActive, type Way } from '../support/way.ts';
import { bytesOf, type ClientDriver, outcomeOf, type Target } from './client.ts';

/** lftp 4.9.2 (GnuTLS), with its mirror. */
export const lftp: ClientDriver = {
  name: 'lftp',
  needs: ['lftp'],
  version: async () =>
    (await run({ program: need('lftp'), args: ['--version'] })).stdout
      .toString()
      .split(' | ')
      .slice(0, 2)
      .join(' ')
      .slice(0, 20),
  unsupported: ({ mode, family }) =>
    mode === 'EPRT' && family === 4 ? 'lftp sends EPRT over IPv6 only' : undefined,
  readOnly: undefined,
  unsafe: 'lftp sends a line feed of a name as it is, and the command ends there',
  get: (target, items) =>
    lftpRun(
      target,
      items.map(({ remote, local }) => ['get', remote, '-o', local]),
    ),
  put: (target, items) =>
    lftpRun(
      target,
      items.map(({ remote, local }) => ['put', local, '-o', remote]),
    ),
  resumeGet: (target, { remote, local }) => lftpRun(target, [['get', '-c', remote, '-o', local]]),
  resumePut: (target, { remote, local }) => lftpRun(target, [['put', '-c', local, '-o', remote]]),
  // The pipe breaks, and lftp breaks the transfer off.
  breakOff: (target, long, { remote, local }) =>
    lftpRun(target, [
      ['set', 'cmd:fail-exit', 'no'],
      ['cat', long, '|', 'head', '-c', '1000'],
      ['set', 'cmd:fail-exit', 'yes'],
      ['get', remote, '-o', local],
    ]),
  getFolder: (target, { remote, local }) => lftpRun(target, [['mirror', '--parallel=3', remote, local]]),
  putFolder: (target, { remote, local }) =>
    lftpRun(target, [['mirror', '-R', '--parallel=3', local, remote]]),
  list: async (target, folder) => {
    const finished = await lftpCall(target, [['cls', '-1', '-a', '-q', folder]]);
    const names = finished.stdout
      .toString('utf8')
      .split('\n')
      .filter((name) => name !== '');
    return { ...outcomeOf(finished), names: names.map((name) => basename(name)) };
  },
};

type Word = string | Uint8Array;

async function lftpRun(target: Target, commands: readonly (readonly Word[])[]) {
  return outcomeOf(await lftpCall(target, commands));
}

function lftpCall(target: Target, commands: readonly (readonly Word[])[]): Promise<Finished> {
  const { way, user, password, host, port } = target;
  const open = ['open', '-u', `${user},${password}`, `ftp://${authority(host, port)}`];
  const lines = [...settings(way), ...charset(commands), ['debug', '9'], open, ...commands].map(commandLine);
  return run({
    program: need('lftp'),
    args: ['--norc'],
    input: Buffer.concat(lines),
    cwd: target.scratch,
    environment: { HOME: target.scratch, LFTP_HOME: target.scratch },
    timeout: 220_000,
  });
}

function settings(way: Way): readonly (readonly string[])[] {
  const all: Readonly<Record<string, string>> = {
    'cmd:fail-exit': 'yes',
    'xfer:clobber': 'yes',
    'net:max-retries': '1',
    'net:timeout': '20',
    'net:connection-limit': '3',
    'ssl:verify-certificate': 'no',
    'ftp:ssl-allow': way.tls === 'none' ? 'no' : 'yes',
    'ftp:ssl-force': way.tls === 'none' ? 'no' : 'yes',
    'ftp:ssl-protect-data': 'yes',
    'ftp:ssl-protect-list': 'yes',
    'ssl:priority': way.tls === 'none' ? 'NORMAL' : `NORMAL:-VERS-ALL:+VERS-TLS${way.tls}`,
    'ftp:passive-mode': isActive(way.mode) ? 'no' : 'yes',
    'ftp:prefer-epsv': way.mode === 'EPSV' ? 'yes' : 'no',
    'ftp:auto-passive-mode': 'no',
  };
  return Object.entries(all).map(([name, value]) => ['set', name, value]);
}

/** Names that are no UTF-8 go out byte for byte when both ends are said to speak the same one-byte character set. */
const latin1 = [
  ['set', 'ftp:use-feat', 'no'],
  ['set', 'ftp:use-utf8', 'no'],
  ['set', 'ftp:charset', 'ISO-8859-1'],
  ['set', 'file:charset', 'ISO-8859-1'],
];

function charset(commands: readonly (readonly Word[])[]): readonly (readonly string[])[] {
  const words = commands.flat().filter((word) => typeof word !== 'string');
  return words.every((word) => isUtf8(word)) ? [] : latin1;
}

function commandLine(words: readonly Word[]): Buffer {
  return Buffer.concat([...words.flatMap((word) => [quoted(word), Buffer.from(' ')]), Buffer.from('\n')]);
}

function quoted(word: Word): Buffer {
  const bytes = typeof word === 'string' ? bytesOf(word) : word;
  if (word === '|') return Buffer.from(word);
  if (/^[\w:./-]+$/.test(Buffer.from(bytes).toString('latin1'))) return Buffer.from(bytes);
  const escaped = Array.from(bytes, (byte) =>
    byte === 0x22 || byte === 0x5c ? [0x5c, byte] : [byte],
  ).flat();
  return Buffer.from([0x22, ...escaped, 0x22]);
}
