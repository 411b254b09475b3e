import { FilesError } from './files.ts';

/** Characters that no name may carry: NUL ends a C string, CR and LF end a line of the control connection. */
function hasForbidden(text: string): boolean {
  return text.includes('\0') || text.includes('\r') || text.includes('\n');
}

/**
 * The normalised absolute path that an argument means for a session whose current directory is `cwd` (itself normalised).
 *
 * The rules of a root that nothing stands above: `..` at `/` stays at `/`; empty segments, `.` and a trailing slash vanish.
 * It is done on the text before any file is looked at, so `..` behind a symlink goes back to where the name stood.
 */
export function resolvePath(cwd: string, argument: string | undefined): string {
  if (argument === undefined || argument === '') return cwd;
  if (hasForbidden(argument))
    throw new FilesError('bad-name', { reason: 'A path has no NUL, CR or LF in it' });
  const whole = argument.startsWith('/') ? argument : `${cwd === '/' ? '' : cwd}/${argument}`;
  return isNormal(whole) ? whole : normalise(whole);
}

/** Whether a path is as `resolvePath` makes them. */
export function isNormal(path: string): boolean {
  if (path === '/') return true;
  return path.startsWith('/') && !/\/(?:\.{0,2}(?:\/|$))/.test(path);
}

function normalise(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  return `/${kept.join('/')}`;
}

/** `/a/b` → `/a`; `/a` and `/` → `/`. */
export function parentPath(path: string): string {
  const cut = path.lastIndexOf('/');
  return cut <= 0 ? '/' : path.slice(0, cut);
}

/** `/a/b` → `b`; `/` → the empty string. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `/a` and `b` → `/a/b`. */
export function joinPath(directory: string, name: string): string {
  return directory === '/' ? `/${name}` : `${directory}/${name}`;
}

/** `/a/b` → `['a', 'b']`; `/` → none. */
export function pathSegments(path: string): string[] {
  return path === '/' ? [] : path.slice(1).split('/');
}

/** Whether `path` is `directory` or inside it. */
export function isWithin(directory: string, path: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}
