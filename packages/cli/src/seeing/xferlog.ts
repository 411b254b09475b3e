import { encodeText } from '@duoport/protocol';
import type { ServerEvent } from '@duoport/server';
import type { SessionUser } from './session-users.ts';

/**
 * The line of xferlog(5), as wu-ftpd, ProFTPD and vsftpd write it; undefined for what has none there. Bytes: names keep theirs, but for
 * blanks and control characters, which would end a field or a line.
 */
export function xferlogLine(
  event: ServerEvent,
  user: SessionUser | undefined,
  now: Date,
): Uint8Array | undefined {
  const what = whatOf(event);
  if (what === undefined) return undefined;
  return encodeText(
    [
      timeOf(now),
      Math.max(1, Math.round(what.duration / 1000)),
      event.peer.address,
      what.bytes,
      field(what.path),
      what.type === 'ascii' ? 'a' : 'b',
      '_',
      what.direction,
      user?.anonymous === true ? 'a' : 'r',
      field(user?.name ?? '?'),
      'ftp',
      '0',
      '*',
      what.complete ? 'c' : 'i',
    ].join(' '),
  );
}

function whatOf(event: ServerEvent) {
  if (event.kind === 'changed' && event.change === 'deleted')
    return { path: event.path, direction: 'd', type: 'image', bytes: 0, duration: 0, complete: true };
  if (event.kind !== 'transfer' || !files.has(event.verb)) return undefined;
  const { path, direction, type, bytes, duration, reply } = event;
  return {
    path,
    direction: direction === 'send' ? 'o' : 'i',
    type,
    bytes,
    duration,
    complete: reply.code < 300,
  };
}

const files: ReadonlySet<string> = new Set(['RETR', 'STOR', 'APPE', 'STOU']);

/** `Fri Nov  6 09:05:07 2026`, in local time. */
function timeOf(now: Date): string {
  const [day, month, date, year] = now.toDateString().split(' ');
  return `${day} ${month} ${String(Number(date)).padStart(2)} ${now.toTimeString().slice(0, 8)} ${year}`;
}

function field(text: string): string {
  return text === '' ? '_' : text.replace(/[\s\p{Cc}\p{Zl}\p{Zp}]/gu, '_');
}
