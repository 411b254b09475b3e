import type { Lab } from '../build.ts';
import type { RunResult } from '../processes.ts';
import type { FirewallKind } from './case.ts';

/** A host with a firewall of one kind, as its administrator works with it. */
export interface Machine {
  /** Runs the text of a script, as root on that machine. */
  run(script: string): Promise<RunResult>;
  /** Everything that the firewall holds, without counters and times. */
  snapshot(): Promise<string>;
  /** Nothing is filtered any more, and no connection is known. */
  clear(): Promise<void>;
}

/** nftables and iptables need no more than their programs. */
export function machineOn(lab: Lab, host: string, kind: FirewallKind): Machine {
  const legacy = kind === 'iptables-legacy';
  // `iptables` is the one of nftables in Debian; who has the old kernel interface has it under that same name.
  const choice = legacy
    ? ['iptables() { iptables-legacy "$@"; }', 'ip6tables() { ip6tables-legacy "$@"; }']
    : [];
  const run = (script: string): Promise<RunResult> =>
    lab.run(host, ['sh'], { input: `${[...choice, script].join('\n')}\n`, timeout: 30_000 });
  const show = {
    nftables: 'nft -s list ruleset',
    iptables: 'iptables-save; ip6tables-save',
    'iptables-legacy': 'iptables-legacy-save; ip6tables-legacy-save',
  };
  return {
    run,
    snapshot: async () =>
      withoutCounters(await must(run, kind in show ? show[kind as keyof typeof show] : 'false')),
    clear: async () => {
      await must(run, legacy ? `${forget}\n${clearLegacy}` : forget);
    },
  };
}

/** Expectations of the helper live for five minutes: what one case left must not open a port in the next. */
const forget = [
  'nft flush ruleset',
  'conntrack -F expect 2> /dev/null',
  'conntrack -F 2> /dev/null',
  'true',
].join('\n');

const clearLegacy = ['iptables-legacy', 'ip6tables-legacy']
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
