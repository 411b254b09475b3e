import type { Finding, Remedy, Report } from '@duoport/doctor';
import { type FirewallRequest, firewallRules } from '@duoport/firewall';
import type { Lab } from '../src/build.ts';
import type { Cell, Result } from '../src/drivers/cell.ts';
import { runDuoportClient } from '../src/drivers/duoport-client.ts';
import { duoportCommand, type Programs } from '../src/drivers/programs.ts';
import type { RunningServer } from '../src/drivers/server.ts';
import type { Topology } from '../src/topology.ts';
import { expectedOf, runDoctor } from './doctor-runs.ts';

/** One round of fail → doctor → apply → pass. */
export interface Cured {
  readonly mode: 'passive' | 'active';
  readonly applied: readonly string[];
  /** Cells that still fail after the rules went in; empty: cured. */
  readonly still: readonly string[];
}

interface Place {
  readonly lab: Lab;
  readonly server: RunningServer;
  readonly programs: Programs;
}

const verbs = { passive: ['PASV', 'EPSV'], active: ['PORT', 'EPRT'] } as const;
/** Where several firewalls stand one behind the other, the doctor can see the next one only when the first is open. */
const mostRounds = 4;

/** Cells of a mode that fail here and that a firewall rule cures. */
export function curable(topology: Topology, mode: 'passive' | 'active'): readonly Cell[] {
  return verbs[mode].flatMap((verb) =>
    [false, true].flatMap((secure): readonly Cell[] => {
      const expected = expectedOf(topology, { verb, secure });
      return expected.outcome === 'fails' && expected.cure.length > 0 ? [{ verb, secure }] : [];
    }),
  );
}

/**
 * Does what a user does: takes the rules of the report to the host that the topology names for them, and tries again with a real
 * client; when it still fails, asks the doctor again.
 */
export async function cure(place: Place, report: Report, mode: 'passive' | 'active'): Promise<Cured> {
  const { lab, server, programs } = place;
  const cells = curable(lab.topology, mode);
  const applied: string[] = [];
  let latest = report;
  for (let round = 1; ; round += 1) {
    await applyAll(lab, wantedRules(lab.topology, latest, cells), applied);
    await applyWords(lab, latest, applied);
    const results = await runDuoportClient({ lab, server, programs }, cells);
    const still = failuresOf(cells, results);
    if (still.length === 0 || round === mostRounds) return { mode, applied, still };
    latest = await runDoctor(lab, server, ['--mode', mode]);
  }
}

/** For each host that needs a rule: the first request of the report's remedies that is for a machine of its kind. */
function wantedRules(
  topology: Topology,
  report: Report,
  cells: readonly Cell[],
): readonly { readonly host: string; readonly request: FirewallRequest }[] {
  const findings = report.findings.filter((finding) => breaksOne(finding, cells));
  const flows = findings.flatMap(({ remedies }) => remedies).filter((one) => one.kind === 'flows');
  const cures = cells.flatMap((cell) => {
    const expected = expectedOf(topology, cell);
    return expected.outcome === 'fails' ? expected.cure : [];
  });
  const hosts = new Map(cures.map(({ host, side }) => [host, side]));
  return [...hosts].flatMap(([host, side]) => {
    const requests = flows.filter(({ request }: Extract<Remedy, { kind: 'flows' }>) => request.side === side);
    // Under TLS a helper is no use: the ranges are opened, and for what is not under TLS the helper is set to work.
    const [first] = requests;
    const other = requests.find(
      ({ request }) => (request.helper === true) !== (first?.request.helper === true),
    );
    const chosen = side === 'middle' && first?.request.helper === true ? [first, other] : [first];
    return chosen.flatMap((one) => (one === undefined ? [] : [{ host, request: one.request }]));
  });
}

function breaksOne({ breaks }: Finding, cells: readonly Cell[]): boolean {
  return breaks.some(({ verb, secure }) =>
    cells.some((cell) => cell.verb === verb && cell.secure === secure),
  );
}

async function applyAll(lab: Lab, rules: ReturnType<typeof wantedRules>, applied: string[]): Promise<void> {
  for (const { host, request } of rules) {
    const target = usesIptables(lab.topology, host) ? 'iptables' : 'nftables';
    const answer = firewallRules(target, request);
    if (answer.kind === 'refused') throw new Error(`${target} for ${host}: ${answer.because}`);
    const label = `${host}: ${answer.apply}`;
    if (applied.includes(label)) continue;
    const run = await lab.run(host, ['sh', '-c', answer.apply]);
    if (run.status !== 0) throw new Error(`The rules do not load on ${host}: ${run.stderr}\n${answer.apply}`);
    applied.push(label);
  }
}

/** A remedy in words, where the report cannot know the inside address of the server: the administrator fills it in. */
async function applyWords(lab: Lab, report: Report, applied: string[]): Promise<void> {
  const texts = report.findings.flatMap(({ remedies }) => remedies.map((remedy) => remedy.text));
  const [words] = texts.flatMap((text) => / duoport (firewall [^(]*INSIDE[^(]*) \(/.exec(text)?.[1] ?? []);
  const host = lab.topology.hosts.find(({ role, side }) => role === 'router' && side === 'server')?.name;
  const inside = lab.topology.hosts.find(({ role }) => role === 'server')?.name;
  if (words === undefined || host === undefined || inside === undefined) return;
  const target = usesIptables(lab.topology, host) ? 'iptables' : 'nftables';
  const filled = words
    .replace('INSIDE-PORT', String(lab.topology.server.port))
    .replace('INSIDE', lab.address(inside))
    .replace('TARGET', target);
  const label = `${host}: ${filled}`;
  if (applied.includes(label)) return;
  const rules = await lab.run(host, [...duoportCommand(), ...filled.split(' ')]);
  const run = await lab.run(host, ['sh', '-c', rules.stdout]);
  if (rules.status !== 0 || run.status !== 0) throw new Error(`${filled}: ${rules.stderr} ${run.stderr}`);
  applied.push(label);
}

function usesIptables({ hosts }: Topology, name: string): boolean {
  return hosts.find((host) => host.name === name)?.iptables !== undefined;
}

function failuresOf(cells: readonly Cell[], results: readonly Result[]): readonly string[] {
  return cells.flatMap(({ verb, secure }, at) => {
    const result = results[at];
    if (result?.outcome === 'works') return [];
    return [`${verb}${secure ? ' under TLS' : ''}: ${result?.step} ${result?.how} ${result?.text}`];
  });
}
