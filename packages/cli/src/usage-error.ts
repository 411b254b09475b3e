/** The command line itself is wrong: exit code 2. The message names the flag or argument and says how to mend it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command failed for a reason that is no fault of duoport or of FTP (a local file, say): exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
