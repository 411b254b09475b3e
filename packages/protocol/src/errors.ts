import { type Endpoint, formatEndpoint } from './endpoint.ts';
import type { Reply } from './reply.ts';

/**
 * One question decides the class: is the connection still usable?
 *
 *   FTP_LOCAL_PROTOCOL   the call was wrong; nothing was sent, the connection is as it was
 *   FTP_REMOTE_PROTOCOL  the peer does not speak FTP as we know it; the connection is dead
 *   FTP_REPLY            the server said no; the connection is fine
 *   FTP_CONNECTION       a connection could not be made or broke
 *   FTP_TIMEOUT          nothing happened for too long
 *   FTP_LIMIT            the peer went past a limit of ours
 *   FTP_TRANSFER         a file or listing did not come through whole
 *   FTP_CLOSED           the connection had been closed before
 *
 * Tell them apart by `code`: `AnyFtpError` narrows to the class.
 */
export type AnyFtpError =
  | FtpLocalError
  | FtpRemoteError
  | FtpReplyError
  | FtpConnectionError
  | FtpTimeoutError
  | FtpLimitError
  | FtpTransferError
  | FtpClosedError;

export type FtpErrorCode = AnyFtpError['code'];
export type Channel = 'control' | 'data';
/** What was going on when a connection failed or time ran out. */
export type Phase =
  | 'resolve'
  | 'listen'
  | 'connect'
  | 'accept'
  | 'tls'
  | 'greeting'
  | 'login'
  | 'command'
  | 'transfer'
  | 'final-reply'
  | 'idle'
  | 'close';

interface Because {
  readonly cause?: unknown;
}

/** What all errors of duoport have in common. Thrown are only the classes below. */
export class FtpError extends Error {
  override readonly name: string = 'FtpError';
}

/** A call that cannot be sent: CR in an argument, a second transfer while one runs. Nothing was sent. */
export class FtpLocalError extends FtpError {
  override readonly name = 'FtpLocalError';
  readonly code = 'FTP_LOCAL_PROTOCOL';

  constructor(message: string, options: Because = {}) {
    super(message, options);
  }
}

/** The peer sent something that has no meaning here. The connection cannot be used any more. */
export class FtpRemoteError extends FtpError {
  override readonly name = 'FtpRemoteError';
  readonly code = 'FTP_REMOTE_PROTOCOL';

  constructor(message: string, options: Because = {}) {
    super(message, options);
  }
}

/** The server refused a command. `transient` is true for 4yz: the same command may work later. */
export class FtpReplyError extends FtpError {
  override readonly name = 'FtpReplyError';
  readonly code = 'FTP_REPLY';
  readonly verb: string;
  readonly reply: Reply;
  readonly transient: boolean;

  constructor(
    options: Because & { readonly verb: string; readonly reply: Reply; readonly message?: string },
  ) {
    const { verb, reply, message } = options;
    super(
      message ?? `${verb} was answered with ${reply.code} ${reply.lines.at(-1) ?? ''}`.trimEnd(),
      options,
    );
    this.verb = verb;
    this.reply = reply;
    this.transient = reply.code >= 400 && reply.code < 500;
  }
}

/** A connection could not be made, or broke. `peer` is missing while it has no address yet. */
export class FtpConnectionError extends FtpError {
  override readonly name = 'FtpConnectionError';
  readonly code = 'FTP_CONNECTION';
  readonly channel: Channel;
  readonly phase: Phase;
  readonly peer: Endpoint | undefined;

  constructor(message: string, options: Because & Where) {
    super(options.peer ? `${message} (${formatEndpoint(options.peer)})` : message, options);
    this.channel = options.channel;
    this.phase = options.phase;
    this.peer = options.peer;
  }
}

/** Nothing happened for `after` milliseconds. */
export class FtpTimeoutError extends FtpError {
  override readonly name = 'FtpTimeoutError';
  readonly code = 'FTP_TIMEOUT';
  readonly channel: Channel;
  readonly phase: Phase;
  readonly after: number;

  constructor(message: string, options: Because & Where & { readonly after: number }) {
    super(options.peer ? `${message} (${formatEndpoint(options.peer)})` : message, options);
    this.channel = options.channel;
    this.phase = options.phase;
    this.after = options.after;
  }
}

/** The peer went past a limit. `limit` is its name in `limits`, `value` what it stands at. */
export class FtpLimitError extends FtpError {
  override readonly name = 'FtpLimitError';
  readonly code = 'FTP_LIMIT';
  readonly limit: string;
  readonly value: number;

  constructor(message: string, options: Because & { readonly limit: string; readonly value: number }) {
    super(message, options);
    this.limit = options.limit;
    this.value = options.value;
  }
}

/** A transfer ended before its end. `bytes` came through; `resumable` when it can go on from there. */
export class FtpTransferError extends FtpError {
  override readonly name = 'FtpTransferError';
  readonly code = 'FTP_TRANSFER';
  readonly direction: 'send' | 'receive';
  readonly bytes: number;
  readonly resumable: boolean;

  constructor(
    message: string,
    options: Because & {
      readonly direction: 'send' | 'receive';
      readonly bytes: number;
      readonly resumable: boolean;
    },
  ) {
    super(message, options);
    this.direction = options.direction;
    this.bytes = options.bytes;
    this.resumable = options.resumable;
  }
}

/** The connection was closed before this call. `cause` says why when that is known. */
export class FtpClosedError extends FtpError {
  override readonly name = 'FtpClosedError';
  readonly code = 'FTP_CLOSED';

  constructor(message = 'The connection is closed', options: Because = {}) {
    super(message, options);
  }
}

interface Where {
  readonly channel: Channel;
  readonly phase: Phase;
  readonly peer?: Endpoint | undefined;
}

/** True for every error of this package, whichever copy of it threw: tells by `code`, not by class. */
export function isFtpError(error: unknown): error is AnyFtpError {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return typeof error.code === 'string' && codes.has(error.code);
}

const codes: ReadonlySet<string> = new Set<FtpErrorCode>([
  'FTP_LOCAL_PROTOCOL',
  'FTP_REMOTE_PROTOCOL',
  'FTP_REPLY',
  'FTP_CONNECTION',
  'FTP_TIMEOUT',
  'FTP_LIMIT',
  'FTP_TRANSFER',
  'FTP_CLOSED',
]);
