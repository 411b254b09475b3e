import { join } from 'node:path';
import { firewallRules, type Rules } from '@duoport/firewall';
import type { Lab } from '../build.ts';
import { type Programs, repository } from '../drivers/programs.ts';
import {
  type Attempt,
  attemptBefore,
  attemptsThatFail,
  attemptsThatWork,
  describeAttempt,
  factsOf,
} from './attempt.ts';
import { baseOf } from './base.ts';
import { machineOf, type ProofCase, targetOf } from './case.ts';
import type { Clients, Outcome } from './clients.ts';
import { differenceOf } from './difference.ts';
import { type Machine, openMachine } from './machine.ts';
import { describeScan, expectedOf, type Scan, scansOf } from './scans.ts';
import { tapScans } from './tap.ts';

/** Where a case is proven. */
export interface Bench {
  readonly lab: Lab;
  readonly clients: Clients;
  readonly programs: Programs;
  /** Where Debian's packages are unpacked. */
  readonly tree: string;
}

/** What a case has shown. Empty faults: proven. */
export interface ProofReport {
  readonly faults: readonly string[];
  /** Connections that were made and files fetched, as asked for. */
  readonly worked: number;
  /** Attempts that still failed, as they must. */
  readonly failed: number;
  /** SYNs and datagrams sent to ports. */
  readonly probes: number;
}

/** Milliseconds: what must work gets time on a busy machine; what must fail is dropped, and no time would help it. */
const patience = { works: 8_000, fails: 700 } as const;

/**
 * Loads a default-drop firewall, and the rules for this case, and tries everything; leaves the machine as it was. `alter`
 * spoils the rules first: for the proof of the proof.
 */
export async function prove(
  bench: Bench,
  one: ProofCase,
  alter: (rules: Rules) => Rules = (rules) => rules,
): Promise<ProofReport> {
  const answer = firewallRules(targetOf(one), one.request, one.place);
  if (answer.kind === 'refused')
    return { faults: [`refused: ${answer.because}`], worked: 0, failed: 0, probes: 0 };
  const machine = await openMachine(bench.lab, {
    host: machineOf(one),
    kind: one.firewall,
    tree: bench.tree,
  });
  try {
    await machine.clear();
    return await inPlace({ ...bench, machine, rules: alter(answer) }, one);
  } finally {
    await machine.close();
    await machine.clear();
  }
}

interface Site extends Bench {
  readonly machine: Machine;
  readonly rules: Rules;
}

async function inPlace(site: Site, one: ProofCase): Promise<ProofReport> {
  const { machine, rules } = site;
  const faults: string[] = [];
  await script(machine, baseOf(one).join('\n'), 'the base', faults);
  const before = await machine.snapshot();
  const first = attemptBefore(one);
  if (first !== undefined) faults.push(...(await expectFailures(site, one, [first], 'before the rules')));
  await script(machine, rules.apply, 'apply', faults);
  if (first !== undefined && (await machine.snapshot()) === before) faults.push('apply changed nothing');
  const scans = scansOf(one);
  const works = attemptsThatWork(one);
  const fails = attemptsThatFail(one);
  faults.push(...(await scanAll(site, one, scans)));
  faults.push(...(await expectSuccess(site, one, works)));
  faults.push(...(await expectFailures(site, one, fails, 'not asked for')));
  await script(machine, rules.undo, 'undo', faults);
  faults.push(...difference('undo', before, await machine.snapshot()));
  if (one.onceOnly !== true) faults.push(...(await twice(site, one, before)));
  return {
    faults,
    worked: works.length,
    failed: fails.length + (first === undefined ? 0 : 1),
    probes: scans.length * 65535,
  };
}

/** Applied twice and undone, and undone where nothing is left: neither may hurt. */
async function twice(site: Site, one: ProofCase, before: string): Promise<readonly string[]> {
  const { machine, rules } = site;
  const faults: string[] = [];
  await script(machine, rules.apply, 'apply again', faults);
  await machine.run(rules.apply);
  const [attempt] = attemptsThatWork(one);
  if (attempt !== undefined) faults.push(...(await expectSuccess(site, one, [attempt])));
  await machine.run(rules.undo);
  if ((await machine.snapshot()) !== before) await machine.run(rules.undo);
  faults.push(...difference('undo of what was applied twice', before, await machine.snapshot()));
  await machine.run(rules.undo);
  faults.push(...difference('undo where nothing is left', before, await machine.snapshot()));
  return faults;
}

async function script(machine: Machine, text: string, what: string, faults: string[]): Promise<void> {
  const { status, stderr } = await machine.run(text);
  // In this kernel it may be built in, and then there is no module to load.
  const said = stderr.replace(/^nf_nat_ftp could not be loaded: fine.*\n/m, '');
  if (status !== 0 || said !== '') faults.push(`${what} ended with ${status}: ${stderr.trim()}`);
}

async function expectSuccess(
  { clients }: Site,
  one: ProofCase,
  attempts: readonly Attempt[],
): Promise<readonly string[]> {
  const faults: string[] = [];
  // One after the other: an upload of curl and one of lftp must not meet, and ports of a range are few.
  for (const attempt of attempts) {
    const outcome = await persistently(() => clients.attempt(attempt, factsOf(one), patience.works));
    if (!outcome.works) faults.push(`${describeAttempt(attempt)} does not work: ${outcome.because}`);
    // Two tell enough, and each that fails costs twice its patience.
    if (faults.length === 2) break;
  }
  return faults;
}

/** A busy machine can be too slow for a client's patience; a packet that is dropped is dropped each time. */
async function persistently(attempt: () => Promise<Outcome>): Promise<Outcome> {
  const first = await attempt();
  return first.works ? first : attempt();
}

async function expectFailures(
  { clients }: Site,
  one: ProofCase,
  attempts: readonly Attempt[],
  why: string,
): Promise<readonly string[]> {
  const outcomes = await Promise.all(
    attempts.map(async (attempt) => ({
      attempt,
      ...(await clients.attempt(attempt, factsOf(one), patience.fails)),
    })),
  );
  return outcomes
    .filter(({ works }) => works)
    .map(({ attempt }) => `${describeAttempt(attempt)} works: ${why}`);
}

async function scanAll(site: Site, one: ProofCase, scans: readonly Scan[]): Promise<readonly string[]> {
  const tap = await tapScans(site.lab, {
    machine: machineOf(one),
    python: site.programs.need('python3'),
    script: join(repository(), 'lab', 'src', 'proof', 'scan.py'),
    scans,
  });
  const faults: string[] = [];
  // A packet that the kernel lost before it came to the firewall would prove nothing.
  if (tap.arrived !== scans.length * 65535)
    faults.push(`${tap.arrived} of ${scans.length * 65535} packets arrived`);
  for (const [index, scan] of scans.entries()) {
    const passed = tap.passed.get(scan.protocol === 'udp' ? -1 : index) ?? new Set();
    const wrong = differenceOf(expectedOf(one, scan), passed);
    if (wrong !== undefined) faults.push(`${describeScan(one, scan)}: ${wrong}`);
  }
  return faults;
}

function difference(what: string, before: string, after: string): readonly string[] {
  if (before === after) return [];
  const [old, now] = [new Set(before.split('\n')), new Set(after.split('\n'))];
  const lines = [
    ...[...old].filter((line) => !now.has(line)).map((line) => `- ${line}`),
    ...[...now].filter((line) => !old.has(line)).map((line) => `+ ${line}`),
  ];
  return [`after ${what} the rule set is not as before: ${lines.join(' | ') || 'another order'}`];
}
