import type { Lab } from '../build.ts';
import type { Scan } from './scans.ts';

/** Marks of the scanner's packets: the TCP window, and for UDP the source port, carry the number of the scan. */
const firstWindow = 1024;
const table = 'duoport_proof_tap';

/**
 * A second rule set beside the one under test. It counts what the scanner's packets were when they came to the machine,
 * and notes which of them are still there *after* the filter has judged (priority 300; filters have 0). Then it drops them:
 * nobody answers, nothing is left behind.
 */
const tapRules = `table inet ${table} {
	counter arrived { }
	set tcp4 {
		typeof tcp window . ip daddr . tcp dport
		size 600000
		flags dynamic
	}
	set tcp6 {
		typeof tcp window . ip6 daddr . tcp dport
		size 600000
		flags dynamic
	}
	set udp4 {
		typeof ip daddr . udp dport
		size 200000
		flags dynamic
	}
	set udp6 {
		typeof ip6 daddr . udp dport
		size 200000
		flags dynamic
	}
	chain passed {
		meta nfproto ipv4 meta l4proto tcp add @tcp4 { tcp window . ip daddr . tcp dport } drop
		meta nfproto ipv6 meta l4proto tcp add @tcp6 { tcp window . ip6 daddr . tcp dport } drop
		meta nfproto ipv4 meta l4proto udp add @udp4 { ip daddr . udp dport } drop
		meta nfproto ipv6 meta l4proto udp add @udp6 { ip6 daddr . udp dport } drop
	}
	chain ours {
		tcp flags & (fin|syn|rst|ack) == syn tcp sequence 1 tcp window ${firstWindow}-${firstWindow + 99} goto passed
		meta l4proto udp goto passed
	}
	chain before {
		type filter hook prerouting priority -400; policy accept;
		tcp sequence 1 tcp window ${firstWindow}-${firstWindow + 99} counter name arrived
		meta l4proto udp counter name arrived
	}
	chain before_out {
		type filter hook output priority -400; policy accept;
		tcp sequence 1 tcp window ${firstWindow}-${firstWindow + 99} counter name arrived
	}
	chain after_in {
		type filter hook input priority 300; policy accept;
		jump ours
	}
	chain after_through {
		type filter hook forward priority 300; policy accept;
		jump ours
	}
	chain after_out {
		type filter hook output priority 300; policy accept;
		jump ours
	}
}
`;

/** What one tap has seen. */
export interface Tapped {
  readonly arrived: number;
  /** Number of the scan → what passed, as `address port` behind the firewall. UDP has the number -1. */
  readonly passed: ReadonlyMap<number, ReadonlySet<string>>;
}

/** Runs the scans against the machine, one after the other, and says what came past its firewall. */
export async function tapScans(
  lab: Lab,
  options: {
    readonly machine: string;
    readonly python: string;
    readonly script: string;
    readonly scans: readonly Scan[];
  },
): Promise<Tapped> {
  const { machine, scans } = options;
  await must(lab, machine, ['nft', '-f', '-'], tapRules);
  try {
    for (const [index, scan] of scans.entries()) {
      const { protocol, source, sourcePort, destination } = scan;
      const order = {
        family: destination.includes(':') ? 6 : 4,
        ...{ protocol, source, sourcePort, destination, window: firstWindow + index, ports: [1, 65535] },
      };
      await must(lab, scan.from, [options.python, options.script, JSON.stringify(order)]);
    }
    return readTap(await must(lab, machine, ['nft', '-j', 'list', 'table', 'inet', table]));
  } finally {
    await must(lab, machine, ['nft', 'delete', 'table', 'inet', table]);
  }
}

async function must(lab: Lab, host: string, argv: readonly string[], input = ''): Promise<string> {
  const { status, stdout, stderr } = await lab.run(host, argv, { input, timeout: 60_000 });
  if (status !== 0) throw new Error(`${argv.slice(0, 2).join(' ')} on ${host} failed: ${stderr.trim()}`);
  return stdout;
}

interface NftSet {
  readonly name: string;
  readonly elem?: readonly unknown[];
}

function readTap(json: string): Tapped {
  const { nftables }: { nftables: readonly { set?: NftSet; counter?: { packets: number } }[] } =
    JSON.parse(json);
  const passed = new Map<number, Set<string>>();
  let arrived = 0;
  for (const { set, counter } of nftables) {
    arrived += counter?.packets ?? 0;
    for (const element of set?.elem ?? []) {
      const words = concatOf(element);
      const isTcp = set?.name.startsWith('tcp') === true;
      const scan = isTcp ? Number(words[0]) - firstWindow : -1;
      const [address, port] = isTcp ? words.slice(1) : words;
      const known = passed.get(scan) ?? new Set();
      passed.set(scan, known.add(`${address} ${port}`));
    }
  }
  return { arrived, passed };
}

/** `{concat: […]}`, or that wrapped in `{elem: {val: …}}` where the element has more to tell. */
function concatOf(element: unknown): readonly (string | number)[] {
  if (typeof element !== 'object' || element === null) return [];
  if ('concat' in element && Array.isArray(element.concat)) return element.concat;
  if ('elem' in element) return concatOf(element.elem);
  return 'val' in element ? concatOf(element.val) : [];
}
