import { attemptBefore, attemptsThatFail, attemptsThatWork } from './attempt.ts';
import type { FirewallKind, ProofCase } from './case.ts';
import { proofCases } from './cases.ts';
import { scansOf } from './scans.ts';

const titles: Readonly<Record<FirewallKind, string>> = {
  nftables: 'nftables',
  iptables: 'iptables and ip6tables',
  'iptables-legacy': 'iptables through the old kernel interface (`iptables-legacy`)',
  ufw: 'ufw',
  firewalld: 'firewalld',
};

const wheres: Readonly<Record<ProofCase['where'], string>> = {
  server: "server's host",
  client: "client's host",
  routed: 'box in the middle, routed',
  forward: 'box that forwards ports to the server',
  masquerade: 'box that the clients are masqueraded behind',
};

/** docs/reference/firewall-proof.md: what the proof does, and every case of it, from the table that the test runs. */
export function proofPage(): string {
  const kinds = Object.keys(titles) as FirewallKind[];
  return [...introduction(), ...kinds.flatMap(section), ''].join('\n');
}

function introduction(): readonly string[] {
  const works = sum(proofCases.map((one) => attemptsThatWork(one).length));
  const scans = sum(proofCases.map((one) => scansOf(one).length));
  return [
    '# What was proven of the firewall rules, and how',
    '',
    'Generated from `lab/src/proof` by `npm run generate`. The test `lab/test/proof.full.test.ts` executes every line of the tables below,',
    'as root on Linux, each time the long tests run; `sudo npx duoport lab proof` does it by hand (`--only "ufw"` for a part of it).',
    '',
    '## What is done',
    '',
    'Three hosts in network namespaces, client – box – server, everything routed. One of them gets a firewall that drops whatever comes',
    'in and passes through, lets packets of connections through that are open already, and holds rules of an administrator that have',
    'nothing to do with FTP. Then, for each case:',
    '',
    '1. FTP is tried and must fail, unless this firewall stops nothing of what was asked for (a client that may dial out needs no rule).',
    '2. The text that `duoport firewall` prints is run by a shell, as an administrator would. It must end with 0 and complain of nothing.',
    '3. Real clients must now list, fetch and (curl, lftp) store in every way that was asked for: PASV, EPSV, PORT and EPRT, plain and',
    `   under TLS; duoport at both ends each time, and beside it curl or lftp with vsftpd. ${works} connections of this kind in all cases together.`,
    '4. Ways that were not asked for must still fail: the other mode, and TLS where only the kernel helper was relied on.',
    '5. **Everything else is shut.** One SYN is sent to each of the 65,535 ports: from the client, from an address outside of the networks',
    '   that were named, from the source port 20 and from another one, in the other direction, to the box itself, and out of the machine',
    '   where going out is shut; and one UDP datagram to each port. A second rule set behind the filter notes what has come past it, and a',
    '   first one before it counts, so that no packet is lost unseen. What comes past must be exactly what the flows of the case are, which',
    `   the proof works out by itself and not with the code that wrote the rules. ${scans} scans, ${(scans * 65535).toLocaleString('en')} packets.`,
    '6. The undo is run. `nft list ruleset` (`iptables-save`, and the files of ufw and firewalld) must be what it was, byte for byte,',
    '   counters aside.',
    '7. The rules are applied twice and undone, and undone once more where nothing is left: the rule set is still what it was.',
    '',
    'The same test spoils rules on purpose (a range one port too wide, a rule for everybody, one for UDP too, one left out, an undo that',
    'leaves something) and asks that the proof notices each.',
    '',
    '## What was not done',
    '',
    '- ufw and firewalld are Debian 12’s packages (0.36 and 1.3), unpacked over a copy of the file system in memory and run in the namespace:',
    '  ufw with its own files, firewalld as the daemon with a D-Bus and polkit of its own. Their start at boot was not run, and neither was',
    '  NetworkManager, which would assign interfaces to firewalld’s zones: all are in the default zone. The reverse path filters that both',
    '  switch on were switched off, because they would have dropped forged sources before any rule saw them.',
    '- What ufw and firewalld refuse to say (see [the targets](firewall-targets.md)) was not run, for there are no rules.',
    '- Addresses of IPv6 were not translated, only filtered.',
    '- That rules come back after a restart of the machine was not tried for any of them.',
    '- A chain that drops at another hook or priority than its administrator’s filter has is beyond these rules, and not part of the proof.',
    '- `other ports outside` was scanned and not tried by a client: the servers of the proof do not announce other ports.',
    '',
  ];
}

function section(kind: FirewallKind): readonly string[] {
  const cases = proofCases.filter(({ firewall }) => firewall === kind);
  return [
    `## ${titles[kind]}`,
    '',
    '| rules on | asked for | connections | must still fail | scans |',
    '|---|---|---|---|---|',
    ...cases.map(row),
    '',
  ];
}

function row(one: ProofCase): string {
  const asked = one.name.split(': ').slice(1).join(': ');
  const fails = attemptsThatFail(one).length + (attemptBefore(one) === undefined ? 0 : 1);
  const cells = [
    wheres[one.where],
    asked + details(one),
    attemptsThatWork(one).length,
    fails,
    scansOf(one).length,
  ];
  return `| ${cells.join(' | ')} |`;
}

function details({ request }: ProofCase): string {
  const more = [
    ...(request.sourcePort === undefined ? [] : [`from port ${request.sourcePort}`]),
    ...((request.clients ?? []).length === 0 ? [] : ['clients named']),
    ...((request.servers ?? []).length === 0 ? [] : ['servers named']),
  ];
  return more.length === 0 ? '' : ` (${more.join(', ')})`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
