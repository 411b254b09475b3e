import type { Entry } from '@duoport/protocol';
import picomatch from 'picomatch';
import { isOneName } from '../transfer/walk-remote.ts';
import { joinPath, type Segment } from './remote.ts';

/** What a URL stands for on the server. */
export interface Match {
  readonly path: string;
  /** Undefined when the path was written out, so nothing was listed. */
  readonly entry: Entry | undefined;
}

export interface ExpandOptions {
  /** The names in a directory; '' is the login directory. */
  list(path: string): AsyncIterable<Entry>;
  /** Told of each name that is left out because it could not be a single name (it holds a slash, say). */
  refuse(name: string): void;
}

// A directory tree deeper than this is a loop of links, or made to hold us up.
const deepest = 64;

/** All paths that the segments match, in the order of their names. Without a pattern: the path itself, unasked. */
export async function expand(
  segments: readonly Segment[],
  options: ExpandOptions,
): Promise<readonly Match[]> {
  const found = await walk({ path: undefined, entry: undefined }, segments, options);
  return [...found].sort(byPath);
}

/** Does a name match a pattern? `*` and `?` do not match a leading dot, as in a shell. */
export function matcher(pattern: string): (name: string) => boolean {
  return picomatch(pattern, {
    nobrace: true,
    noextglob: true,
    nonegate: true,
    noglobstar: true,
    windows: false,
  });
}

interface Place {
  readonly path: string | undefined;
  readonly entry: Entry | undefined;
}

async function walk(
  from: Place,
  segments: readonly Segment[],
  options: ExpandOptions,
): Promise<readonly Match[]> {
  const [segment, ...rest] = segments;
  if (segment === undefined) return [{ path: from.path ?? '', entry: from.entry }];
  if (segment.pattern === undefined)
    return await walk({ path: joinPath(from.path, segment.text), entry: undefined }, rest, options);
  const places =
    segment.pattern === '**'
      ? await tree(from, options, deepest)
      : await children(from, segment.pattern, options);
  const found: Match[] = [];
  for (const place of places) {
    // More segments follow, so only what may hold names is gone into.
    if (rest.length > 0 && place.entry !== undefined && !mayHold(place.entry)) continue;
    found.push(...(await walk(place, rest, options)));
  }
  return found;
}

async function children(from: Place, pattern: string, options: ExpandOptions): Promise<readonly Place[]> {
  const matches = matcher(pattern);
  const found: Place[] = [];
  for await (const entry of options.list(from.path ?? '')) {
    if (!matches(entry.name)) continue;
    if (isOneName(entry.name)) found.push({ path: joinPath(from.path, entry.name), entry });
    else options.refuse(entry.name);
  }
  return found;
}

/** `**`: the place itself and every directory below it; links are not followed, for they can go round in circles. */
async function tree(from: Place, options: ExpandOptions, levels: number): Promise<readonly Place[]> {
  const found: Place[] = [from];
  if (levels === 0) return found;
  for (const child of await children(from, '*', options)) {
    if (child.entry?.type === 'directory') found.push(...(await tree(child, options, levels - 1)));
  }
  return found;
}

function mayHold(entry: Entry): boolean {
  return entry.type === 'directory' || entry.type === 'symlink';
}

function byPath(a: Match, b: Match): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
