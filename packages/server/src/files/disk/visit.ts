import { isMainThread } from 'node:worker_threads';
import type { OsPath } from './names.ts';

/** Runs `act`, which must be synchronous, with `directory` as the working directory of the process. */
export type Visit = <T>(directory: OsPath, act: () => T) => T;

/**
 * Makes visits where the system can: in the main thread. A name in the working directory is found without a walk from the
 * top, and whatever is renamed, the working directory stays the one that was entered.
 */
export function visits(): Visit | undefined {
  if (!isMainThread) return undefined;
  return (directory, act) => {
    const home = process.cwd();
    process.chdir(directory.toString());
    try {
      return act();
    } finally {
      goHome(home);
    }
  };
}

/** The directory that the process was started in may have been removed since. */
function goHome(home: string): void {
  try {
    process.chdir(home);
  } catch {
    process.chdir('/');
  }
}
