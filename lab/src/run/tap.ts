import type { Lab } from '../build.ts';
import type { Topology } from '../topology.ts';

/** Packets that one host saw at its hooks. */
export interface Sightings {
  /** Data connection: first SYNs and their repetitions. */
  readonly data: Passage;
  /** Control connection: packets of the client with something in them. */
  readonly control: Passage;
  /** Resets in answer to a SYN, and ICMP errors, that this host sent. */
  readonly refusals: number;
}

export interface Passage {
  /** Came in on a network card, before any rule. */
  readonly arrived: number;
  /** For this host itself, and let in by its rules. */
  readonly delivered: number;
  /** For others, and let through by its rules. */
  readonly forwarded: number;
  /** Sent by a program of this host, before any rule. */
  readonly sent: number;
  /** Went out on a network card. */
  readonly left: number;
}

const table = 'duoport-tap';
const places = ['arrived', 'delivered', 'forwarded', 'sent', 'left'] as const;

/** Hook and priority: before everybody else's rules, or after them, when only what they let through is left. */
const hooks: Readonly<Record<(typeof places)[number], string>> = {
  arrived: 'prerouting priority -350',
  delivered: 'input priority 350',
  forwarded: 'forward priority 350',
  sent: 'output priority -350',
  left: 'postrouting priority 350',
};

/** Counts on every host, in a table of its own: it accepts everything and only watches. */
export async function openTaps(lab: Lab): Promise<void> {
  const rules = tapRules(lab.topology);
  for (const host of hostsOf(lab)) {
    const { status, stderr } = await lab.run(host, ['nft', '-f', '-'], { input: rules });
    if (status !== 0) throw new Error(`Watching ${host} failed: ${stderr.trim()}`);
  }
}

/** What every host has seen since the last reading. */
export async function readTaps(lab: Lab): Promise<ReadonlyMap<string, Sightings>> {
  const readings = hostsOf(lab).map(async (host) => {
    const argv = ['nft', '--json', 'reset', 'counters', 'table', 'inet', table];
    const { stdout } = await lab.run(host, argv);
    return [host, sightingsOf(stdout)] as const;
  });
  return new Map(await Promise.all(readings));
}

function hostsOf({ topology }: Lab): readonly string[] {
  return topology.hosts.filter(({ role }) => role !== 'switch').map(({ name }) => name);
}

/** Everything new that goes to no port of the control connection is a data connection: the lab is otherwise quiet. */
export function tapRules({ dial, server, agents = [] }: Topology): string {
  const tunnels = agents.flatMap((agent) => agent.arguments.filter((word) => /^\d+$/.test(word)).map(Number));
  const control = [...new Set([dial.port, server.port, ...tunnels])].join(', ');
  const counters = places.flatMap((place) => [`counter data-${place} { }`, `counter control-${place} { }`]);
  const chains = places.map(
    (place) => `chain ${place} {
    type filter hook ${hooks[place]}; policy accept;
    tcp flags & (fin | syn | rst | ack) == syn tcp dport != { ${control} } counter name data-${place}
    tcp flags & (syn | psh) == psh tcp dport { ${control} } counter name control-${place}${place === 'sent' ? refusals : ''}
  }`,
  );
  return `table inet ${table} {
  ${[...counters, 'counter refusals { }', ...chains].join('\n  ')}
}`;
}

/** A reset that answers a SYN has the sequence number 0 (RFC 9293 §3.10.7.1); other resets are no refusals. */
const refusals = `
    tcp flags & (rst | ack) == (rst | ack) tcp sequence 0 counter name refusals
    icmp type destination-unreachable counter name refusals
    icmpv6 type destination-unreachable counter name refusals`;

/** Reads the JSON of `nft reset counters`. */
export function sightingsOf(json: string): Sightings {
  const listed: { readonly nftables?: readonly { readonly counter?: { name: string; packets: number } }[] } =
    JSON.parse(json);
  const count = (name: string): number =>
    listed.nftables?.find((one) => one.counter?.name === name)?.counter?.packets ?? 0;
  const passage = (kind: string): Passage => ({
    arrived: count(`${kind}-arrived`),
    delivered: count(`${kind}-delivered`),
    forwarded: count(`${kind}-forwarded`),
    sent: count(`${kind}-sent`),
    left: count(`${kind}-left`),
  });
  return { data: passage('data'), control: passage('control'), refusals: count('refusals') };
}
