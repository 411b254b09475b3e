import { type AnyFtpError, isFtpError, type Reply } from '@duoport/protocol';
import { type Cell, type Failed, isPassive } from './cell.ts';
import { howOf, refusedTransfer } from './dialogue.ts';

type Fault = Omit<Failed, 'outcome' | 'took'>;

/** What an error of `@duoport/client` says about a cell. `took`: milliseconds since the transfer was asked for. */
export function faultOfError(error: unknown, cell: Cell, took: number): Fault {
  const root = rootOf(error);
  if (root === undefined) throw error;
  const text = root.message;
  switch (root.code) {
    case 'FTP_REPLY': {
      const { code } = root.reply;
      const said = `${code} ${root.reply.lines.join(' ')}`;
      if (root.verb === cell.verb) return { step: 'command', how: 'reply', reply: code, text: said };
      if (/^(LIST|RETR|STOR)$/.test(root.verb)) return refusedTransfer({ text: said }, took, cell);
      return { step: 'control', how: 'reply', reply: code, text: said };
    }
    case 'FTP_CONNECTION':
    case 'FTP_TIMEOUT':
      return { ...whereOf(root, cell), text };
    case 'FTP_TRANSFER':
      return isReply(root.cause)
        ? refusedTransfer({ text: `${root.cause.code} ${root.cause.lines.join(' ')}` }, took, cell)
        : { step: 'transfer', how: 'closed', text };
    default:
      return { step: 'control', how: 'closed', text };
  }
}

/** A transfer that the server broke off has its reply as the cause. */
function isReply(cause: unknown): cause is Reply {
  return typeof cause === 'object' && cause !== null && 'code' in cause && 'lines' in cause;
}

/** The client wraps what went wrong with a data connection into an error that says what was tried. */
function rootOf(error: unknown): AnyFtpError | undefined {
  if (!isFtpError(error)) return undefined;
  return error.code === 'FTP_CONNECTION' ? (rootOf(error.cause) ?? error) : error;
}

function whereOf(
  error: Extract<AnyFtpError, { code: 'FTP_CONNECTION' | 'FTP_TIMEOUT' }>,
  cell: Cell,
): Pick<Fault, 'step' | 'how'> {
  const how =
    error.code === 'FTP_TIMEOUT' ? 'silent' : (byErrno(error.cause) ?? howOf(error.message) ?? 'closed');
  if (error.channel === 'control') return { step: 'control', how };
  if (error.phase === 'tls') return { step: 'tls', how };
  if (error.phase === 'transfer' || error.phase === 'final-reply') return { step: 'transfer', how };
  return { step: isPassive(cell.verb) ? 'connect' : 'accept', how };
}

function byErrno(cause: unknown): Fault['how'] | undefined {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ECONNREFUSED') return 'refused';
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH' || code === 'EACCES') return 'rejected';
  return code === 'ETIMEDOUT' ? 'silent' : undefined;
}
