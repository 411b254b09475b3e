import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { printable } from '../printable.ts';
import { UsageError } from '../usage-error.ts';

/** A user of the system. */
export interface Identity {
  /** As the settings have it. */
  readonly name: string;
  readonly uid: number;
  /** A name, where the settings have one. */
  readonly gid: number | string;
  /** Supplementary groups. */
  readonly groups: readonly number[];
}

/** Asks the system, and so whatever its names come from (`id`). Throws UsageError when there is no such user. */
export async function identityOf(user: string, group: string | undefined): Promise<Identity> {
  const given = group === undefined ? undefined : numberOr(group);
  try {
    const [uid, gid, groups] = await Promise.all(['-u', '-g', '-G'].map((what) => ask(what, user)));
    return {
      name: user,
      uid: Number(uid),
      gid: given ?? Number(gid),
      groups: (groups ?? '').split(' ').map(Number),
    };
  } catch (cause) {
    const uid = numberOr(user);
    // In a container a number need not have a name.
    if (typeof uid === 'number' && given !== undefined) return { name: user, uid, gid: given, groups: [] };
    const hint = typeof uid === 'number' ? ' Name its group as well: process.group.' : '';
    throw new UsageError(`process.user: the system knows no user ${printable(user)}.${hint}`, { cause });
  }
}

async function ask(what: string, user: string): Promise<string> {
  const { stdout } = await promisify(execFile)('id', [what, '--', user]);
  return stdout.trim();
}

function numberOr(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text;
}
