import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cells } from '../drivers/cell.ts';
import { makeCertificate } from '../drivers/certificate.ts';
import { findPrograms } from '../drivers/programs.ts';
import type { Topology } from '../topology.ts';
import type { CellReport, Party, Try } from './cell-report.ts';
import { staleDifferences, staleReplies, unknownTopologies } from './differences.ts';
import { judgeCell } from './judge.ts';
import { type PartyOptions, runParty } from './run-party.ts';
import { remains, surroundings } from './surroundings.ts';

export interface MatrixOptions {
  readonly topologies: readonly Topology[];
  /** Every topology there is: the known differences are checked against their names. */
  readonly all: readonly Topology[];
  /** Labs that stand at the same time. Most of the time is waiting. */
  readonly parallel: number;
  /** How to run the command `duoport`. */
  readonly duoport: readonly string[];
  /** Takes all labs down; `runMatrix` then rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: MatrixProgress) => void) | undefined;
}

export interface MatrixProgress {
  readonly topology: string;
  readonly party: Party;
  readonly done: number;
  readonly total: number;
  /** Milliseconds. */
  readonly took: number;
}

export interface MatrixReport {
  readonly cells: readonly CellReport[];
  /** What is wrong, a line each. Empty: the matrix passes. */
  readonly faults: readonly string[];
  /** Milliseconds. */
  readonly took: number;
}

/**
 * Runs all cells of all topologies by both parties, and looks that nothing is left behind. Rejects when it is interrupted
 * or when programs are missing.
 */
export async function runMatrix(options: MatrixOptions): Promise<MatrixReport> {
  const started = performance.now();
  const before = await surroundings();
  const programs = await findPrograms({ fetch: true });
  if (programs.missing.length > 0) throw new Error(`The matrix needs ${programs.missing.join('; ')}`);
  const folder = mkdtempSync(join(tmpdir(), `duoport-lab-${process.pid}-`));
  let jobs: readonly DoneJob[];
  try {
    const certificate = await makeCertificate(programs.need('openssl'), folder);
    const { duoport, signal } = options;
    jobs = await runJobs(options, { programs, certificate, duoport, signal });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const left = await remains(before);
  if (options.signal?.aborted) {
    for (const line of left) process.emitWarning(line);
    throw options.signal.reason;
  }
  const reports = options.topologies.flatMap((topology) => reportsOf(topology, jobs));
  return {
    cells: reports,
    faults: [...jobs.flatMap(({ faults }) => faults), ...faultsOf(options, reports), ...left],
    took: Math.round(performance.now() - started),
  };
}

interface Job {
  readonly topology: Topology;
  readonly party: Party;
}

interface DoneJob extends Job {
  /** In the order of `cells`; empty when the job failed as a whole. */
  readonly tries: readonly (Try | undefined)[];
  readonly faults: readonly string[];
}

async function runJobs(options: MatrixOptions, means: PartyOptions): Promise<readonly DoneJob[]> {
  const { topologies, parallel, signal, onProgress } = options;
  const jobs = topologies.flatMap((topology): Job[] => [
    { topology, party: 'duoport' },
    { topology, party: 'others' },
  ]);
  const done: DoneJob[] = [];
  const waiting = jobs.values();
  const worker = async (): Promise<void> => {
    for (const job of waiting) {
      if (signal?.aborted) return;
      const started = performance.now();
      done.push(await runJob(job, means));
      onProgress?.({
        topology: job.topology.name,
        party: job.party,
        done: done.length,
        total: jobs.length,
        took: Math.round(performance.now() - started),
      });
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, parallel) }, worker));
  return done;
}

async function runJob(job: Job, means: PartyOptions): Promise<DoneJob> {
  try {
    return { ...job, tries: await runParty(job.topology, job.party, means), faults: [] };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { ...job, tries: [], faults: [`${job.topology.name}, ${job.party}: ${text}`] };
  }
}

function reportsOf(topology: Topology, jobs: readonly DoneJob[]): readonly CellReport[] {
  const of = (party: Party, index: number): Try | undefined =>
    jobs.find((job) => job.topology === topology && job.party === party)?.tries[index];
  return cells.map((cell, index) =>
    judgeCell(topology, cell, { duoport: of('duoport', index), others: of('others', index) }),
  );
}

function faultsOf({ topologies, all }: MatrixOptions, reports: readonly CellReport[]): readonly string[] {
  return [
    ...reports.flatMap(({ topology, verb, secure, faults }) =>
      faults.map((fault) => `${topology}, ${verb}${secure ? ' with TLS' : ''}: ${fault}`),
    ),
    ...staleDifferences(reports),
    ...(topologies.length === all.length ? staleReplies(reports) : []),
    ...unknownTopologies(all.map(({ name }) => name)),
  ];
}
