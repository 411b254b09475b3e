import type { ProofCase } from './case.ts';
import { ownPort } from './expected.ts';
import { places } from './network.ts';

/**
 * What an administrator had before: everything dropped, packets of open connections let through, and rules of his own that
 * have nothing to do with FTP. They must work on, and must stand as before after the undo.
 */
export function baseOf(one: ProofCase): readonly string[] {
  if (one.firewall === 'ufw') return ufwBase(one);
  if (one.firewall === 'firewalld') return firewalldBase(one);
  return one.firewall === 'nftables' ? [`nft -f - <<'RULES'`, ...nftBase(one), 'RULES'] : iptablesBase(one);
}

function nftBase({ place, request }: ProofCase): readonly string[] {
  const table = place?.table ?? 'inet filter';
  const only4 = table.startsWith('ip ');
  const neighbours = only4 ? [] : ['\t\tmeta l4proto ipv6-icmp accept'];
  const chain = (name: string, hook: string, policy: string, rules: readonly string[]): readonly string[] => [
    `\tchain ${name} {`,
    `\t\ttype filter hook ${hook} priority filter; policy ${policy};`,
    ...(policy === 'drop'
      ? ['\t\tct state established accept', '\t\tct state invalid drop', ...neighbours]
      : []),
    ...rules.map((rule) => `\t\t${rule}`),
    '\t}',
  ];
  return [
    `table ${table} {`,
    '\tset admins {',
    '\t\ttype ipv4_addr',
    '\t\tflags interval',
    `\t\telements = { ${places.stranger.ipv4}/32, 192.0.2.64/26 }`,
    '\t}',
    ...(only4
      ? []
      : ['\tset admins6 {', '\t\ttype ipv6_addr', `\t\telements = { ${places.stranger.ipv6} }`, '\t}']),
    '\tchain ours {',
    `\t\tip saddr @admins tcp dport ${ownPort} counter accept comment "our own: remote desk"`,
    ...(only4 ? [] : [`\t\tip6 saddr @admins6 tcp dport ${ownPort} counter accept`]),
    '\t}',
    ...chain(place?.inputChain ?? 'input', 'input', 'drop', ['iif "lo" accept', 'jump ours', 'counter drop']),
    ...chain(place?.forwardChain ?? 'forward', 'forward', 'drop', ['jump ours', 'counter drop']),
    ...chain(place?.outputChain ?? 'output', 'output', request.strictOutput === true ? 'drop' : 'accept', [
      'udp dport 53 accept comment "duoport: not of the generator, but it says so"',
      ...(request.strictOutput === true ? ['counter drop'] : []),
    ]),
    '}',
    'table ip nat {',
    '\tchain postrouting {',
    '\t\ttype nat hook postrouting priority srcnat; policy accept;',
    '\t\toifname "elsewhere" masquerade comment "our own: line two"',
    '\t}',
    '}',
  ];
}

/** In IPv4 and IPv6; tables that the rules may touch are there already, as they are once somebody has looked at them. */
function iptablesBase({ place, request }: ProofCase): readonly string[] {
  const strict = request.strictOutput === true;
  const chains = {
    in: place?.inputChain ?? 'INPUT',
    out: place?.outputChain ?? 'OUTPUT',
    through: place?.forwardChain ?? 'FORWARD',
  };
  const filter = (stranger: string, more: readonly string[]): readonly string[] => [
    '*filter',
    ':INPUT DROP [0:0]',
    ':FORWARD DROP [0:0]',
    `:OUTPUT ${strict ? 'DROP' : 'ACCEPT'} [0:0]`,
    ...Object.values(chains)
      .filter((name) => name !== name.toUpperCase())
      .map((name) => `:${name} - [0:0]`),
    ...Object.entries({ in: 'INPUT', out: 'OUTPUT', through: 'FORWARD' } as const)
      .filter(([direction, name]) => chains[direction as keyof typeof chains] !== name)
      .map(([direction, name]) => `-A ${name} -j ${chains[direction as keyof typeof chains]}`),
    ...['INPUT', 'FORWARD', ...(strict ? ['OUTPUT'] : [])].flatMap((chain) => [
      `-A ${chain} -m conntrack --ctstate ESTABLISHED -j ACCEPT`,
      ...more.map((rule) => `-A ${chain} ${rule}`),
    ]),
    `-A INPUT -s ${stranger} -p tcp -m tcp --dport ${ownPort} -m comment --comment "our own: remote desk" -j ACCEPT`,
    `-A FORWARD -s ${stranger} -p tcp -m tcp --dport ${ownPort} -j ACCEPT`,
    '-A INPUT -j DROP',
    '-A FORWARD -j DROP',
    'COMMIT',
    '*raw',
    '-A PREROUTING -p udp -m udp --dport 53 -j NOTRACK',
    'COMMIT',
    '*nat',
    '-A POSTROUTING -o elsewhere -j MASQUERADE',
    'COMMIT',
  ];
  return [
    `iptables-restore <<'RULES'`,
    ...filter(places.stranger.ipv4, []),
    'RULES',
    `ip6tables-restore <<'RULES'`,
    ...filter(places.stranger.ipv6, ['-p ipv6-icmp -j ACCEPT']),
    'RULES',
  ];
}

const strangers = [places.stranger.ipv4, places.stranger.ipv6];

/** As installed, and switched on. Debian's drop what comes in and what passes through; what goes out is open. */
function ufwBase({ request }: ProofCase): readonly string[] {
  return [
    // The reverse path filter that it would switch on drops strangers before any rule sees them.
    'sed -i \'s/^IPT_SYSCTL=.*/IPT_SYSCTL=/; s/^DEFAULT_FORWARD_POLICY=.*/DEFAULT_FORWARD_POLICY="DROP"/\' /etc/default/ufw',
    'ufw --force enable > /dev/null',
    ...(request.strictOutput === true ? ['ufw default deny outgoing > /dev/null'] : []),
    ...strangers.flatMap((address) => [
      `ufw allow proto tcp from ${address} to any port ${ownPort} comment 'our own: remote desk' > /dev/null`,
      `ufw route allow proto tcp from ${address} to any port ${ownPort} > /dev/null`,
    ]),
    // What it has just written into its files for IPv6 is not all loaded before this.
    'ufw reload > /dev/null',
  ];
}

/** As installed, except that its zone drops, and does not forward from one interface to another. */
function firewalldBase({ request }: ProofCase): readonly string[] {
  const rules = strangers.map(
    (address) =>
      `<rule family="${address.includes(':') ? 'ipv6' : 'ipv4'}"><source address="${address}"/><port port="${ownPort}" protocol="tcp"/><accept/></rule>`,
  );
  const policy = (
    name: string,
    target: string,
    ingress: string,
    inner: readonly string[],
  ): readonly string[] => [
    `cat > /etc/firewalld/policies/${name}.xml <<'XML'`,
    `<policy target="${target}"><ingress-zone name="${ingress}"/><egress-zone name="ANY"/>${inner.join('')}</policy>`,
    'XML',
  ];
  return [
    'set -e',
    // Its reverse path filter for IPv6 drops strangers before any rule sees them.
    "sed -i 's/^IPv6_rpfilter=.*/IPv6_rpfilter=no/' /etc/firewalld/firewalld.conf",
    "cat > /etc/firewalld/zones/public.xml <<'XML'",
    `<zone target="DROP">${rules.join('')}</zone>`,
    'XML',
    ...policy('ours', 'CONTINUE', 'ANY', rules),
    ...(request.strictOutput === true ? policy('quiet', 'DROP', 'HOST', []) : []),
    'dbus-daemon --system --fork',
    'firewalld > /run/firewalld.log 2>&1',
    'for round in $(seq 100); do if firewall-cmd -q --state 2> /dev/null; then exit 0; fi; sleep 0.2; done',
    'cat /run/firewalld.log >&2; exit 1',
  ];
}
