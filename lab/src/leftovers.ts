import { readdirSync } from 'node:fs';
import { runProcess } from './processes.ts';
import { programPath } from './requirements.ts';

/** Removes named namespaces of runs that are no more: those whose number is no running process. */
export async function removeLeftovers(): Promise<readonly string[]> {
  const left = namedSpaces().filter((name) => !isAlive(Number(/^duoport-(\d+)-/.exec(name)?.[1])));
  for (const name of left) await runProcess(['ip', 'netns', 'del', name], { env: { PATH: programPath } });
  return left;
}

function namedSpaces(): readonly string[] {
  try {
    return readdirSync('/run/netns').filter((name) => /^duoport-\d+-/.test(name));
  } catch {
    // Nobody has ever named one here.
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
