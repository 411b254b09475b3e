import type { Lab } from '../build.ts';
import type { RunResult } from '../processes.ts';
import type { FirewallKind } from './case.ts';
import { openDebianRoot } from './debian-root.ts';

/** A host with a firewall of one kind, as its administrator works with it. */
export interface Machine {
  /** Runs the text of a script, as root on that machine. */
  run(script: string): Promise<RunResult>;
  /** Everything that the firewall holds, without counters and times. */
  snapshot(): Promise<string>;
  /** Nothing is filtered any more, and no connection is known. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** `tree`: where Debian's packages are unpacked. */
export function openMachine(
  lab: Lab,
  where: { host: string; kind: FirewallKind; tree: string },
): Promise<Machine> {
  const { host, kind, tree } = where;
  if (kind === 'ufw' || kind === 'firewalld') return managed(lab, host, { kind, tree });
  return Promise.resolve(plain(lab, host, kind));
}

/** nftables and iptables need no more than their programs. */
function plain(lab: Lab, host: string, kind: 'nftables' | 'iptables' | 'iptables-legacy'): Machine {
  const around = kind === 'iptables-legacy' ? asLegacy : (script: string): string => script;
  const run = (script: string): Promise<RunResult> =>
    lab.run(host, ['sh'], { input: `${around(script)}\n`, timeout: 60_000 });
  const show = kind === 'nftables' ? 'nft -s list ruleset' : 'iptables-save; ip6tables-save';
  return {
    run,
    snapshot: async () => withoutCounters(await must(run, show)),
    clear: async () => {
      await must(run, kind === 'iptables-legacy' ? `${forget}\n${clearLegacy}` : forget);
    },
    close: () => Promise.resolve(),
  };
}

/** `iptables` is the one of nftables in Debian; who has the old kernel interface has it under these same names. */
function asLegacy(script: string): string {
  return [
    'bin=$(mktemp -d); trap \'rm -r "$bin"\' EXIT',
    'for name in iptables ip6tables iptables-save ip6tables-save iptables-restore ip6tables-restore; do',
    '  ln -s "$(command -v xtables-legacy-multi)" "$bin/$name"',
    'done',
    "PATH=$bin:$PATH sh <<'END-OF-SCRIPT'",
    script,
    'END-OF-SCRIPT',
  ].join('\n');
}

/** ufw and firewalld keep files and, the latter, a process: what they hold is both the files and what is in the kernel. */
async function managed(
  lab: Lab,
  host: string,
  { kind, tree }: { readonly kind: 'ufw' | 'firewalld'; readonly tree: string },
): Promise<Machine> {
  const root = await openDebianRoot(lab, host, tree);
  const show = {
    ufw: 'ufw status verbose; iptables-save; ip6tables-save; cat /etc/ufw/*.rules',
    firewalld: 'nft -s list ruleset; find /etc/firewalld -type f ! -name "*.old" | sort | xargs grep -r ""',
  };
  return {
    run: root.run,
    snapshot: async () => withoutCounters(await must(root.run, show[kind])),
    clear: async () => {
      await lab.run(host, ['sh'], { input: forget, timeout: 30_000 });
    },
    close: root.close,
  };
}

/** Expectations of the helper live for five minutes: what one case left must not open a port in the next. */
const forget = [
  'nft flush ruleset',
  'conntrack -F expect 2> /dev/null',
  'conntrack -F 2> /dev/null',
  'true',
].join('\n');

const clearLegacy = ['iptables', 'ip6tables']
  .flatMap((program) => [
    ...['INPUT', 'FORWARD', 'OUTPUT'].map((chain) => `${program} -P ${chain} ACCEPT`),
    ...['filter', 'nat', 'raw'].map((table) => `${program} -t ${table} -F; ${program} -t ${table} -X`),
  ])
  .join('\n');

export function withoutCounters(text: string): string {
  return text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.replace(/ \[\d+:\d+\]$/, ''))
    .join('\n');
}

async function must(run: Machine['run'], script: string): Promise<string> {
  const { status, stdout, stderr } = await run(script);
  if (status !== 0) throw new Error(`${script.split('\n')[0]} failed: ${stderr.trim()}`);
  return stdout;
}
