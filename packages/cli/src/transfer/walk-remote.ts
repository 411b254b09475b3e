import type { FtpClient } from '@duoport/client';
import type { Entry } from '@duoport/protocol';
import { printable } from '../printable.ts';
import { joinPath } from '../remote/remote.ts';

/** A listing must not lead anywhere but into the directory listed, whatever it says. */
export function isOneName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !name.includes('/');
}

/** A name below a directory on the server. */
export interface Found {
  readonly path: string;
  /** The names from the top down to it; each one was accepted. */
  readonly names: readonly string[];
  readonly entry: Entry;
}

export interface WalkOptions {
  /** Told of what is left out, and why. */
  tell(text: string): void;
  /** Links and other things are found too (to be removed), but never gone into. */
  readonly everything?: boolean;
  /** May this name be gone on with? Default: it is one name and not a path. */
  accept?(name: string): boolean;
}

// A tree deeper than this is a loop, or made to hold us up.
const deepest = 128;

/**
 * Everything below a directory, each directory before what is in it. Links are told and left out, for they may lead in circles
 * (unless `everything` is asked for);
 * names that are not safe are told and left out too.
 */
export async function* walkRemote(
  client: FtpClient,
  top: string,
  options: WalkOptions,
  names: readonly string[] = [],
): AsyncGenerator<Found> {
  const here = names.reduce((path, name) => joinPath(path, name), top);
  const shown = printable(here === '' ? 'the login directory' : here);
  if (names.length > deepest) {
    options.tell(`${shown} is left out: it is more than ${deepest} directories deep.`);
    return;
  }
  const entries: Entry[] = [];
  for await (const entry of client.list(here === '' ? undefined : here)) entries.push(entry);
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!(options.accept ?? isOneName)(entry.name)) {
      options.tell(`"${printable(entry.name)}" in ${shown} is left out: it is not a safe name.`);
      continue;
    }
    const path = joinPath(here, entry.name);
    const deeper = [...names, entry.name];
    if (options.everything !== true && (entry.type === 'symlink' || entry.type === 'other')) {
      options.tell(
        `${printable(path)} is left out: it is ${entry.type === 'symlink' ? 'a link' : 'neither file nor directory'}.`,
      );
      continue;
    }
    yield { path, names: deeper, entry };
    if (entry.type === 'directory') yield* walkRemote(client, top, options, deeper);
  }
}
