import { readdirSync, readFileSync } from 'node:fs';

/** The process and everything it has started, directly or not, that still lives. */
function processTree(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const parent = parentOf(pid);
    if (parent === undefined) continue;
    const list = children.get(parent);
    if (list === undefined) children.set(parent, [pid]);
    else list.push(pid);
  }
  const found = [root];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}

/** Proportional set size of the tree in bytes: pages shared by n processes count as 1/n in each. */
export function memoryOf(root: number): number {
  let kilobytes = 0;
  for (const pid of processTree(root)) {
    const text = read(`/proc/${pid}/smaps_rollup`);
    kilobytes += Number(/^Pss:\s+(\d+)/m.exec(text ?? '')?.[1] ?? 0);
  }
  return kilobytes * 1024;
}

/** CPU seconds of the living trees, user and system, from the scheduler's nanoseconds of every thread. */
export function cpuOf(roots: readonly number[]): number {
  let nanoseconds = 0;
  for (const pid of roots.flatMap(processTree)) {
    for (const task of list(`/proc/${pid}/task`)) {
      nanoseconds += Number((read(`/proc/${pid}/task/${task}/schedstat`) ?? '0').split(' ')[0]);
    }
  }
  return nanoseconds / 1e9;
}

// The second field of `stat` is the program's name in brackets, which may hold anything: count from the last bracket.
function parentOf(pid: number): number | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

// Processes come and go while they are being counted.
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
