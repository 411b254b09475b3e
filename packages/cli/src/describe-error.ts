import { type AnyFtpError, isFtpError } from '@duoport/protocol';
import { printable } from './printable.ts';
import { CommandError, UsageError } from './usage-error.ts';

/** What to tell a person about an error: one line, safe to print. */
export function describeError(error: unknown): string {
  if (error instanceof Error && error.name === 'AbortError') return 'Interrupted.';
  if (isFtpError(error)) return printable(`${withFullStop(error.message)}${hint(error)}`);
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

/** The client's messages speak of its options; here is what they are called on the command line. */
function hint(error: AnyFtpError): string {
  if (error.code !== 'FTP_CONNECTION' || error.phase !== 'tls') return '';
  return ' On the command line: --fingerprint SHA256, --ca FILE, --tls none, or --insecure.';
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

function withFullStop(message: string): string {
  return /[.?!]$/.test(message) ? message : `${message}.`;
}
