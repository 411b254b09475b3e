import {
  decodePath,
  decodeTime,
  encodeTime,
  FtpRemoteError,
  FtpReplyError,
  isCompletion,
  isFault,
  isIntermediate,
  type Reply,
} from '@duoport/protocol';
import { checkNames, isUnknown, type Session } from './session.ts';

export async function rename(session: Session, from: string, to: string): Promise<void> {
  checkNames(from, to);
  const reply = await session.call('RNFR', from);
  if (!isIntermediate(reply)) throw new FtpReplyError({ verb: 'RNFR', reply });
  await session.expect('RNTO', to);
}

export async function size(session: Session, path: string): Promise<number> {
  checkNames(path);
  await session.setType('binary'); // RFC 3659 §4: the size is that of the transfer, so it depends on TYPE
  const reply = await session.expect('SIZE', path);
  const bytes = Number(reply.lines[0]);
  if (!Number.isSafeInteger(bytes))
    throw new FtpRemoteError(`SIZE was answered with ${reply.lines[0]}, which is no size`);
  return bytes;
}

export async function modified(session: Session, path: string): Promise<number> {
  const reply = await session.expect('MDTM', path);
  const told = decodeTime((reply.lines[0] ?? '').trim());
  if (isFault(told)) throw new FtpRemoteError(`MDTM: ${told.fault}`);
  return told.time;
}

export async function pwd(session: Session): Promise<string> {
  const told = decodePath((await session.expect('PWD')).lines.join(' '));
  if (isFault(told)) throw new FtpRemoteError(`PWD: ${told.fault}`);
  return told.path;
}

/** Returns the path as the server tells it. */
export async function makeDirectory(session: Session, path: string, parents: boolean): Promise<string> {
  const reply = await session.call('MKD', path);
  if (isCompletion(reply)) return pathIn(reply, path);
  if (!parents || isUnknown(reply)) throw new FtpReplyError({ verb: 'MKD', reply });
  if (await isDirectory(session, path)) return path;
  for (const parent of parentsOf(path)) {
    if (!(await isDirectory(session, parent))) await session.expect('MKD', parent);
  }
  return pathIn(await session.expect('MKD', path), path);
}

/** `/a/b/c` has the parents `/a` and `/a/b`. */
export function parentsOf(path: string): readonly string[] {
  const parents: string[] = [];
  for (let slash = path.indexOf('/', 1); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    if (slash < path.length - 1 && path[slash - 1] !== '/') parents.push(path.slice(0, slash));
  }
  return parents;
}

function pathIn(reply: Reply, given: string): string {
  const text = reply.lines.join(' ');
  // Some servers do not double the quotes inside.
  if (text.startsWith(`"${given}"`)) return given;
  const told = reply.code === 257 ? decodePath(text) : undefined;
  // Only a quoted path is one: some servers answer `257 Directory created`.
  return told === undefined || isFault(told) || told.quirks.includes('unquoted-path') ? given : told.path;
}

/** The only question about a directory that every server understands is to go there. */
export async function isDirectory(session: Session, path: string): Promise<boolean> {
  const here = await pwd(session);
  const there = isCompletion(await session.call('CWD', path));
  if (there) await session.goBack(here);
  return there;
}

export async function chmod(session: Session, path: string, mode: number): Promise<void> {
  await session.expect('SITE', `CHMOD ${mode.toString(8).padStart(3, '0')} ${path}`);
}

/** MFMT where the server has it; else what older servers have. */
export async function touch(session: Session, path: string, at: number): Promise<void> {
  const time = encodeTime(Math.floor(at / 1000) * 1000);
  const ways: (readonly [string, string])[] = [
    ['MFMT', `${time} ${path}`],
    ['MDTM', `${time} ${path}`],
    ['SITE', `UTIME ${time} ${path}`],
    ['SITE', `UTIME ${path} ${time} ${time} ${time} UTC`],
  ];
  if (!session.has('MFMT') && session.features.size > 0) ways.shift();
  let refused: FtpReplyError | undefined;
  for (const [verb, argument] of ways) {
    const reply = await session.call(verb, argument);
    if (isCompletion(reply)) return;
    // A server without MDTM for writing takes the time for a part of the name, and finds no such file: the
    // first word counts.
    refused ??= new FtpReplyError({ verb, reply });
  }
  throw refused ?? new FtpRemoteError('The server has no way to set a time');
}
