import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Program → Debian package. */
const programs = {
  ip: 'iproute2',
  ss: 'iproute2',
  unshare: 'util-linux',
  nsenter: 'util-linux',
  setpriv: 'util-linux',
  nft: 'nftables',
  iptables: 'iptables',
  find: 'findutils',
} as const;

export interface Surroundings {
  readonly platform: string;
  /** Undefined where there are no users: Windows. */
  readonly uid: number | undefined;
  has(program: string): boolean;
}

/** What is missing for a lab on this machine, with the command that helps; undefined: nothing. */
export function whatLabLacks(around: Surroundings = thisMachine()): string | undefined {
  if (around.platform !== 'linux') {
    return `The lab needs Linux: its networks are network namespaces of the Linux kernel, and this is ${around.platform}. Run it in a virtual machine with Linux, as root.`;
  }
  const missing = Object.entries(programs).filter(([program]) => !around.has(program));
  if (missing.length > 0) {
    const packages = [...new Set(missing.map(([, debian]) => debian))].join(' ');
    const names = missing.map(([program]) => program).join(', ');
    return `The lab needs ${names}, which ${missing.length === 1 ? 'is' : 'are'} not installed. On Debian or Ubuntu: sudo apt-get install ${packages}`;
  }
  if (around.uid !== 0) {
    return 'The lab needs root: only root may make network namespaces and load firewall rules into them (the machine’s own network is not touched). Run it again with sudo.';
  }
  return undefined;
}

/** The folders of system programs too: they are not in everybody's PATH. */
export const programPath = [process.env['PATH'] ?? '', '/usr/sbin', '/sbin', '/usr/bin', '/bin'].join(
  delimiter,
);

function thisMachine(): Surroundings {
  return {
    platform: process.platform,
    uid: process.getuid?.(),
    has: (program) =>
      programPath.split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, program))),
  };
}
