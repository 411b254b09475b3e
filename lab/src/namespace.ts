import { type ChildProcess, spawn } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { programPath } from './requirements.ts';

/** A network namespace, and the process that holds it. */
export interface Namespace {
  /** A process in it. */
  readonly pid: number;
  /** Kills everything in it and lets it go. */
  close(): Promise<void>;
}

/**
 * The holder lives until its standard input ends, which it does however its maker ends, SIGKILL included. Then it kills
 * whatever else runs in the namespace (a server's forked sessions, somebody's shell), ends the connections that it left
 * behind and that nobody answers any more (they would keep the namespace for minutes), and removes the name. `$1` is the
 * maker's own namespace: should the new one not have come about, nothing is killed. `$2` is the name, or empty.
 */
const holder = `
trap '' INT TERM HUP
own=$(readlink /proc/self/ns/net)
[ "$own" != "$1" ] || exit 1
if [ -n "$2" ]; then ip netns attach "$2" $$ || exit 1; fi
echo ready
cat > /dev/null
for round in 1 2 3 4 5; do
  found=
  for entry in $(find -L /proc/[0-9]*/ns/net -maxdepth 0 -samefile /proc/$$/ns/net 2> /dev/null); do
    pid=\${entry#/proc/}; pid=\${pid%%/*}
    if [ "$pid" != $$ ] && kill -9 "$pid" 2> /dev/null; then found=1; fi
  done
  [ -n "$found" ] || break
done
ss --kill --tcp --all > /dev/null 2>&1
if [ -n "$2" ]; then ip netns del "$2"; fi
exit 0
`;

/** Makes a namespace; `name` makes it show in \`ip netns\`. Needs root. */
export async function openNamespace(name: string | undefined): Promise<Namespace> {
  const own = readlinkSync('/proc/self/ns/net');
  // A session of its own: Ctrl-C in the terminal is for the maker, who then lets go.
  const child = spawn('unshare', ['--net', '--', 'sh', '-c', holder, 'holder', own, name ?? ''], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, PATH: programPath },
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await ready(child);
  return {
    pid: child.pid ?? 0,
    close: async () => {
      child.stdin?.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

async function ready(child: ChildProcess): Promise<void> {
  let talk = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    talk += String(chunk);
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('error', reject);
    child.once('close', (code) =>
      reject(new Error(`A network namespace could not be made (exit code ${code}): ${talk.trim()}`)),
    );
  });
}
