import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Target } from '@duoport/client';
import { readText } from '../flags/connection-flags.ts';
import { printable } from '../printable.ts';
import type { ProcessIo } from '../terminal.ts';
import { CommandError, UsageError } from '../usage-error.ts';
import { findNetrc, type NetrcEntry, parseNetrc } from './netrc.ts';
import { askSecret } from './prompt.ts';

/** What to log in with. Both undefined: anonymous. */
export interface Credentials {
  readonly user?: string;
  readonly password?: string;
  readonly account?: string;
}

export interface CredentialSources {
  readonly io: ProcessIo;
  /** `--password-file`; `-` is not allowed, for stdin may be the file to store. */
  readonly passwordFile?: string | undefined;
  /** `--no-netrc` was not given. */
  readonly netrc: boolean;
}

/**
 * The nearest source wins: the URL, then --password-file, DUOPORT_PASSWORD, .netrc, and a prompt when a person is there.
 * A URL without a user takes user and password of .netrc together, and is anonymous when there is nothing.
 */
export async function findCredentials(target: Target, sources: CredentialSources): Promise<Credentials> {
  const { user, password } = target;
  if (password !== undefined) return { ...(user === undefined ? {} : { user }), password };
  const entry = sources.netrc ? await netrcEntry(target, sources.io.env) : undefined;
  const name = user ?? entry?.login;
  if (name === undefined) return sources.passwordFile === undefined ? {} : refuseNameless();
  const secret = (await givenPassword(sources)) ?? entry?.password;
  const account = entry?.account === undefined ? {} : { account: entry.account };
  if (secret !== undefined) return { user: name, password: secret, ...account };
  if (name === 'anonymous' || name === 'ftp') return { user: name };
  return { user: name, password: await ask(name, target.host, sources.io), ...account };
}

function refuseNameless(): never {
  throw new UsageError(
    '--password-file: there is a password but no user. Write the user into the URL: ftp://USER@HOST/.',
  );
}

async function givenPassword(sources: CredentialSources): Promise<string | undefined> {
  if (sources.passwordFile === undefined) return sources.io.env['DUOPORT_PASSWORD'];
  // Editors end files with a line break; a password has none.
  return (await readText('--password-file', sources.passwordFile)).replace(/\r?\n.*$/s, '');
}

async function netrcEntry(target: Target, env: ProcessIo['env']): Promise<NetrcEntry | undefined> {
  const home = env['HOME'] ?? homedir();
  const path = env['NETRC'] ?? join(home, process.platform === 'win32' ? '_netrc' : '.netrc');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : findNetrc(parseNetrc(text), target.host, target.user);
}

async function ask(user: string, host: string, io: ProcessIo): Promise<string> {
  const password = await askSecret(io, `Password of ${printable(user)} at ${printable(host)}: `);
  if (password !== undefined) return password;
  throw new CommandError(
    `There is no password for ${printable(user)} at ${printable(host)} and no terminal to ask on. Give it in the URL, ` +
      'with --password-file FILE, in DUOPORT_PASSWORD or in ~/.netrc.',
  );
}
