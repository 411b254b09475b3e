import { type FtpErrorCode, isFtpError, type Reply, reply } from '@duoport/protocol';
import { FilesError, type FilesErrorKind } from './files/files.ts';

/**
 * The one table from what went wrong with a file to a reply code (RFC 959 §4.2.2): 550 not available, 553 name not
 * allowed, 552 storage exceeded, 452 disk full now, 450 busy, 451 local error, 554 bad restart (RFC 3659 §5.5).
 */
const codes: Readonly<Record<FilesErrorKind, number>> = {
  'not-found': 550,
  denied: 550,
  exists: 550,
  'not-a-directory': 550,
  'is-a-directory': 550,
  'not-empty': 550,
  'not-a-file': 550,
  'no-space': 452,
  'space-kept': 552,
  quota: 552,
  'too-large': 552,
  'name-too-long': 553,
  'bad-name': 553,
  'bad-offset': 554,
  loop: 550,
  busy: 450,
  overloaded: 451,
  'cross-device': 550,
  'read-only': 550,
  unsupported: 504,
  io: 451,
};

/** Outside of a transfer these come from a data connection that could not be set up. */
const noDataConnection: ReadonlySet<FtpErrorCode> = new Set([
  'FTP_LIMIT',
  'FTP_CONNECTION',
  'FTP_TIMEOUT',
  'FTP_CLOSED',
]);

/** The reply for an error a handler threw, or undefined for one that is a bug of ours. */
export function replyForError(error: unknown): Reply | undefined {
  if (error instanceof FilesError) return reply(codes[error.kind], printable(error.message));
  if (!isFtpError(error)) return undefined;
  return reply(noDataConnection.has(error.code) ? 425 : 451, printable(error.message));
}

/** A name may carry what must not stand in a reply line. */
function printable(text: string): string {
  return text.replace(/[\0\r\n]/g, '?');
}
