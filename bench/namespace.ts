import { spawnSync } from 'node:child_process';
import type { PeerPaths } from '../scripts/debian.mjs';

const marker = 'DUOPORT_BENCH_NAMESPACE';

/**
 * Runs the bench again inside a network namespace of its own and answers its exit code; undefined: stay here.
 *
 * Every little file leaves a closed connection that waits for a minute (TIME_WAIT). After some seconds those hold most
 * local ports, and finding a free one becomes what is measured, of whoever comes next: the order of the servers and
 * the programs beside the bench would count. In the namespace only a thousand may wait.
 */
export function enterNamespace(found: PeerPaths, say: (line: string) => void): number | undefined {
  if (process.env[marker] !== undefined) return undefined;
  const { unshare } = found.paths;
  const prepare = 'ip link set lo up && echo 1000 > /proc/sys/net/ipv4/tcp_max_tw_buckets';
  if (unshare === undefined || !works(unshare, prepare)) {
    say(
      'no network namespace of its own here (needs root, unshare and ip): closed connections will disturb the numbers',
    );
    return undefined;
  }
  const self = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const run = spawnSync(unshare, ['--net', 'sh', '-c', `${prepare} && exec "$@"`, 'sh', ...self], {
    stdio: 'inherit',
    env: { ...process.env, [marker]: 'yes' },
  });
  return run.status ?? 1;
}

/** Whether this run is inside the namespace. */
export function inNamespace(): boolean {
  return process.env[marker] !== undefined;
}

function works(unshare: string, prepare: string): boolean {
  return spawnSync(unshare, ['--net', 'sh', '-c', prepare], { stdio: 'ignore' }).status === 0;
}
