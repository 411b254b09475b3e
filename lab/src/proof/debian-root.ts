import type { ChildProcess } from 'node:child_process';
import type { Lab } from '../build.ts';
import { killGroup, type RunResult } from '../processes.ts';

/**
 * A host's own view of the file system: this machine's, with unpacked Debian packages laid over it as if they were
 * installed. What is written goes to memory and is gone with it, and so are all processes that were started in it.
 */
export interface DebianRoot {
  run(script: string, options?: { readonly timeout?: number }): Promise<RunResult>;
  close(): Promise<void>;
}

/**
 * Runs as process 1 of a process namespace and with mounts of its own. `$1` is the folder of unpacked packages. Debian has
 * /lib, /bin and /sbin as links into /usr, and old packages do not know. The maintainer scripts of packages do not run, so what
 * they would have done is done here.
 */
const holder = `
set -e
read -r pid rest < /proc/self/stat
mount -t tmpfs -o mode=755 none /mnt
mkdir /mnt/up /mnt/work /mnt/root
cp -a "$1/." /mnt/up/
for name in lib bin sbin; do
  if [ -d "/mnt/up/$name" ]; then
    mkdir -p "/mnt/up/usr/$name"
    cp -a "/mnt/up/$name/." "/mnt/up/usr/$name/"
    rm -r "/mnt/up/$name"
  fi
done
mount -t overlay -o lowerdir=/,upperdir=/mnt/up,workdir=/mnt/work overlay /mnt/root
cd /mnt/root
mount -t proc none proc
mount --rbind /dev dev
mount -t sysfs none sys
mount -t tmpfs -o mode=755 none run
mount -t tmpfs none tmp
for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
  base=\${name%%-*}; rest=\${name#$base}
  ln -sf "$base-nft$rest" "usr/sbin/$name"
done
for user in messagebus polkitd; do
  grep -q "^$user:" etc/passwd || echo "$user:x:$((65000 + \${#user})):65534::/nonexistent:/usr/sbin/nologin" >> etc/passwd
done
cp -n usr/share/ufw/iptables/*.rules usr/share/ufw/*.init usr/share/ufw/ufw.conf etc/ufw/
actions=usr/share/polkit-1/actions/org.fedoraproject.FirewallD1
cp -n $actions.server.policy.choice $actions.policy
mkdir -p run/dbus run/lock run/firewalld
exec chroot . sh -c 'echo "$0"; exec cat > /dev/null' "$pid"
`;

export async function openDebianRoot(lab: Lab, host: string, tree: string): Promise<DebianRoot> {
  const child = lab.start(
    host,
    [
      'unshare',
      '--mount',
      '--pid',
      '--fork',
      '--kill-child',
      '--propagation',
      'private',
      'sh',
      '-c',
      holder,
      'sh',
      tree,
    ],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const pid = await firstLine(child);
  const enter = ['nsenter', `--target=${pid}`, '--mount', '--pid', '--root', '--'];
  const path = '/usr/sbin:/usr/bin:/sbin:/bin';
  return {
    run: (script, { timeout = 60_000 } = {}) =>
      lab.run(host, [...enter, 'env', '--chdir=/', '-i', `PATH=${path}`, 'LC_ALL=C', 'HOME=/root', 'sh'], {
        input: `${script}\n`,
        timeout,
      }),
    close: async () => {
      const ended = new Promise((resolve) => child.once('close', resolve));
      if (child.exitCode !== null || child.signalCode !== null) return;
      killGroup(child);
      await ended;
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  let talk = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    talk += String(chunk);
  });
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', (chunk: Buffer) => resolve(String(chunk).trim()));
    child.once('error', reject);
    child.once('close', (code) =>
      reject(new Error(`No root for Debian packages (exit code ${code}): ${talk.trim()}`)),
    );
  });
}
