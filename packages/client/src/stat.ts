import {
  decodeMlst,
  decodeTime,
  type Entry,
  FtpRemoteError,
  FtpReplyError,
  isCompletion,
  isFault,
} from '@duoport/protocol';
import { EntryQueue } from './entry-queue.ts';
import { find, splitPath } from './listing.ts';
import type { CallOptions } from './options.ts';
import { isDirectory } from './paths.ts';
import { isUnknown, type Session } from './session.ts';

/** What the server tells of one name, by the best means that it has. */
export async function stat(session: Session, path: string, options: CallOptions): Promise<Entry> {
  if (session.has('MLST')) {
    const reply = await session.call('MLST', path);
    if (isCompletion(reply)) {
      const told = decodeMlst(reply);
      if (isFault(told)) throw new FtpRemoteError(`MLST: ${told.fault}`);
      return { ...told.entry, name: splitPath(path).name };
    }
    if (!isUnknown(reply)) throw new FtpReplyError({ verb: 'MLST', reply });
  }
  return (await asFile(session, path)) ?? (await asListed(session, path, options));
}

async function asFile(session: Session, path: string): Promise<Entry | undefined> {
  await session.setType('binary');
  const reply = await session.call('SIZE', path);
  const size = Number(reply.lines[0]);
  if (!isCompletion(reply) || !Number.isSafeInteger(size)) return undefined;
  // Some servers tell a size of directories as well.
  if (await isDirectory(session, path)) return undefined;
  const time = await session.call('MDTM', path);
  const told = isCompletion(time) ? decodeTime((time.lines[0] ?? '').trim()) : undefined;
  const { name } = splitPath(path);
  if (told === undefined || isFault(told)) return { name, type: 'file', size };
  return { name, type: 'file', size, modified: told.time, modifiedPrecision: 'second' };
}

async function asListed(session: Session, path: string, options: CallOptions): Promise<Entry> {
  const { name } = splitPath(path);
  // These have no name in any listing.
  if (name === '/' || name === '.' || name === '..' || name === '') {
    if (await isDirectory(session, path)) return { name, type: 'directory' };
  }
  return await find(session, path, new EntryQueue(), options);
}
