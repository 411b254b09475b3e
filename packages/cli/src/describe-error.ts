import { isFtpError } from '@duoport/protocol';
import { printable } from './printable.ts';
import { CommandError, UsageError } from './usage-error.ts';

/** What to tell a person about an error: one line, safe to print. */
export function describeError(error: unknown): string {
  if (error instanceof Error && error.name === 'AbortError') return 'Interrupted.';
  if (isFtpError(error)) return printable(withReplyText(error.message));
  if (error instanceof UsageError || error instanceof CommandError) return error.message;
  if (isSystemError(error)) return printable(error.message);
  // Not one that we know: a bug, so everything that helps to find it.
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The same as a plain object, for --json. */
export function errorObject(error: unknown): object {
  const code =
    error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const reply =
    isFtpError(error) && error.code === 'FTP_REPLY' ? { reply: error.reply.code, verb: error.verb } : {};
  return { event: 'error', ...(code === undefined ? {} : { code }), ...reply, message: describeError(error) };
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

function withReplyText(message: string): string {
  return message.endsWith('.') ? message : `${message}.`;
}
