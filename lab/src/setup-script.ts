import type { Wiring } from './wiring.ts';

const sysctls = {
  // ICMP errors beyond the burst are not sent otherwise, and REJECT would look like DROP when much fails at once.
  'net.ipv4.icmp_ratelimit': '0',
  'net.ipv6.icmp.ratelimit': '0',
  // Connections that nobody has any more keep their namespace until the kernel gives them up.
  'net.ipv4.tcp_orphan_retries': '1',
  'net.ipv4.conf.all.rp_filter': '0',
  'net.ipv4.conf.default.rp_filter': '0',
} as const;

const routing = {
  'net.ipv4.ip_forward': '1',
  'net.ipv6.conf.all.forwarding': '1',
} as const;

/** Link-local addresses would be of no use for a second or two, and with them neighbour discovery. */
const noDuplicateDetection = 'for file in /proc/sys/net/ipv6/conf/*/accept_dad; do echo 0 > "$file"; done';

/** The shell script that sets up one host, run inside its namespace after the links are there. */
export function setupScript(wiring: Wiring): string {
  const { host } = wiring;
  const settings = { ...sysctls, ...(host.role === 'router' ? routing : {}), ...host.sysctl };
  return [
    'set -e',
    ...Object.entries(settings).map(
      ([name, value]) => `echo ${value} > /proc/sys/${name.replaceAll('.', '/')}`,
    ),
    noDuplicateDetection,
    ...here('ip -batch -', addressLines(wiring)),
    ...(host.rules === undefined ? [] : here('nft -f -', host.rules.split('\n'))),
    ...(host.iptables ?? []),
    '',
  ].join('\n');
}

/** The batch for `ip` that lays all links; it runs anywhere, and the namespaces are named by a process in them. */
export function linkLines(
  wirings: ReadonlyMap<string, Wiring>,
  pid: (host: string) => number,
): readonly string[] {
  return [...wirings.values()].flatMap(({ host, ports }) =>
    ports
      .filter((port) => port.link.ends[0] === host.name)
      .map((port) => {
        const other = wirings.get(port.peer)?.ports.find((one) => one.link === port.link);
        return `link add name ${port.name} netns ${pid(host.name)} type veth peer name ${other?.name} netns ${pid(port.peer)}`;
      }),
  );
}

function addressLines({ host, ports, routes }: Wiring): readonly string[] {
  if (host.role === 'switch') return switchLines(ports);
  const addresses = ports.flatMap((port) => [
    ...port.addresses.map((address) => addressLine(address, port.name)),
    `link set ${port.name} up`,
  ]);
  return [
    'link set lo up',
    ...addresses,
    ...(host.extraAddresses ?? []).map((address) => addressLine(address, 'lo')),
    ...routes.map(({ to, via }) => `route add ${to} via ${via}`),
  ];
}

function switchLines(ports: Wiring['ports']): readonly string[] {
  return [
    'link add name bridge type bridge forward_delay 0',
    'link set bridge up',
    ...ports.flatMap(({ name }) => [`link set ${name} master bridge`, `link set ${name} up`]),
  ];
}

/** Without duplicate address detection, which would keep IPv6 addresses unusable for a second. */
function addressLine(address: string, port: string): string {
  return `addr add ${address} dev ${port}${address.includes(':') ? ' nodad' : ''}`;
}

function here(command: string, lines: readonly string[]): readonly string[] {
  return [`${command} <<'END-OF-INPUT'`, ...lines, 'END-OF-INPUT'];
}
