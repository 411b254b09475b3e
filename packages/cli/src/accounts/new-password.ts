import { createInterface } from 'node:readline';
import { formatFault, hashPassword } from '@duoport/passwords';
import { askSecret } from '../remote/prompt.ts';
import { makePassword } from '../serve/made-password.ts';
import type { ProcessIo } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

/** Where a new password comes from. */
export interface PasswordFlags {
  /** What is read is a hash already. */
  readonly hash?: boolean;
  /** Make one up. */
  readonly generate?: boolean;
}

export interface NewPassword {
  readonly hash: string;
  /** To be shown once, when it was made up. */
  readonly made: string | undefined;
}

/**
 * Asks on the terminal, twice; without one the first line of standard input is the password. It is never an argument, which every
 * other user of the machine could read.
 */
export async function newPassword(io: ProcessIo, name: string, flags: PasswordFlags): Promise<NewPassword> {
  if (flags.generate === true) {
    const made = makePassword();
    return { hash: await hashPassword(made), made };
  }
  const given = (await askTwice(io, name, flags)) ?? (await firstLine(io));
  if (flags.hash === true) return { hash: await checkedHash(given.trim()), made: undefined };
  try {
    return { hash: await hashPassword(given), made: undefined };
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}

async function askTwice(io: ProcessIo, name: string, { hash }: PasswordFlags): Promise<string | undefined> {
  const what = hash === true ? 'Hash' : 'Password';
  const first = await askSecret(io, `${what} for ${name}: `);
  if (first === undefined || hash === true) return first;
  if ((await askSecret(io, 'Once more: ')) !== first) {
    throw new UsageError('The two passwords are not the same: nothing was changed.');
  }
  return first;
}

async function firstLine(io: ProcessIo): Promise<string> {
  for await (const line of createInterface({ input: io.stdin })) return line;
  throw new UsageError(
    'No password was given: type it at the prompt, write it to standard input, or add --generate.',
  );
}

async function checkedHash(hash: string): Promise<string> {
  const fault = await formatFault(hash);
  if (fault !== undefined) throw new UsageError(fault);
  return hash;
}
