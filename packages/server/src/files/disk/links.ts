import { FilesError } from '../files.ts';

/** Symlinks followed for one path, as Linux has it (path_resolution(7)). */
export const maxLinks = 40;

/** `target` without the path of the root in front, beginning with a slash; `undefined` when it is not in the root. */
export function afterRoot(target: string, root: string): string | undefined {
  if (target === root) return '/';
  if (root === '/') return target;
  return target.startsWith(`${root}/`) ? target.slice(root.length) : undefined;
}

export function leadsOut(path: string): FilesError {
  return new FilesError('denied', { path, reason: 'A symbolic link here leads out of the shared folder' });
}

export function movedMeanwhile(path: string): FilesError {
  return new FilesError('busy', { path, reason: 'A folder on the way was moved meanwhile' });
}

/** The text to write into a symlink at `path` so that it means `target` wherever the root stands on the machine. */
export function relativeTarget(target: string, path: string): string {
  if (!target.startsWith('/')) return target;
  const depth = path.split('/').length - 2;
  const rest = target.replace(/^\/+/, '');
  const up = '../'.repeat(depth);
  return up + rest === '' ? '.' : up + rest;
}

/** Whether a relative target climbs above the root from the directory of `path`, read as text. */
export function climbsOut(target: string, path: string): boolean {
  let depth = path.split('/').length - 2;
  for (const segment of target.split('/')) {
    if (segment === '..') depth--;
    else if (segment !== '' && segment !== '.') depth++;
    if (depth < 0) return true;
  }
  return false;
}
