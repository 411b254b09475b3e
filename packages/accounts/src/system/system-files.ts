import { readFile } from 'node:fs/promises';

/** One line of /etc/passwd (passwd(5)). */
export interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly home: string;
  readonly shell: string;
}

/** One line of /etc/shadow (shadow(5)). */
export interface ShadowEntry {
  readonly hash: string;
  /** Milliseconds since the epoch: from then on nobody logs in. Undefined: never. */
  readonly expires: number | undefined;
  /** From then on the password is too old to be used, and has to be changed elsewhere. */
  readonly stale: number | undefined;
}

const day = 86_400_000;

/** The user of this name; the first line counts, as for the system. */
export function passwdEntry(text: string, name: string): PasswdEntry | undefined {
  const fields = lineOf(text, name, 7);
  if (fields === undefined) return undefined;
  const [, , uid = '', , , home = '', shell = ''] = fields;
  return /^\d{1,10}$/.test(uid) ? { name, uid: Number(uid), home, shell } : undefined;
}

export function shadowEntry(text: string, name: string): ShadowEntry | undefined {
  const fields = lineOf(text, name, 9);
  if (fields === undefined) return undefined;
  const [, hash = '', changed = '', , most = '', , inactive = '', expires = ''] = fields;
  const days = (field: string) => (/^\d{1,7}$/.test(field) ? Number(field) : undefined);
  const [last, longest, grace = 0, end] = [days(changed), days(most), days(inactive), days(expires)];
  // 0 as the day of the last change: the user has to change it now.
  const old =
    last === 0 ? 0 : last === undefined || longest === undefined ? undefined : last + longest + grace;
  return {
    hash,
    expires: end === undefined ? undefined : end * day,
    stale: old === undefined ? undefined : (old + 1) * day,
  };
}

/** A hash that takes as long as those of the users: of the first who has one. */
export function someHash(text: string): string | undefined {
  const hashes = text.split('\n').map((line) => line.split(':')[1] ?? '');
  return hashes.find((hash) => hash.startsWith('$'));
}

/** Lines of /etc/shells (shells(5)). */
export function shellsOf(text: string): ReadonlySet<string> {
  return new Set(names(text));
}

/** Lines of /etc/ftpusers: who may not use FTP. */
export function names(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
}

function lineOf(text: string, name: string, count: number): readonly string[] | undefined {
  // A name with a colon or a line break would be another line.
  if (!/^[^:\n]{1,255}$/.test(name)) return undefined;
  const line = text.split('\n').find((each) => each.startsWith(`${name}:`));
  const fields = line?.split(':');
  return fields?.length === count ? fields : undefined;
}

/** Undefined: the file is not there. */
export async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
