import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildLab, type Lab } from '../build.ts';
import { type Cell, cells, isPassive, type Result } from '../drivers/cell.ts';
import { makeCertificate } from '../drivers/certificate.ts';
import { runDuoportClient } from '../drivers/duoport-client.ts';
import { duoportCommand, findPrograms } from '../drivers/programs.ts';
import { type RunningServer, startServer } from '../drivers/server.ts';
import { hostWithRole } from '../hosts.ts';
import type { ExpectedCell, Topology } from '../topology.ts';
import { type Journey, journey } from './journey.ts';
import { openTaps, readTaps, type Sightings } from './tap.ts';

/** What became of one way of making a data connection, and where it was stopped. */
export interface CellRun {
  readonly cell: Cell;
  /** Undefined: not tried, because it means nothing here. */
  readonly result: Result | undefined;
  readonly expected: ExpectedCell;
  readonly asExpected: boolean;
  readonly data: Journey;
  readonly control: Journey;
}

export interface TopologyRun {
  readonly topology: Topology;
  readonly cells: readonly CellRun[];
}

export interface RunTopologyOptions {
  /** How to run the command `duoport`. Default: that of this repository. */
  readonly duoport?: readonly string[] | undefined;
  /** The namespaces show in `ip netns`. */
  readonly name?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  onCell?(run: CellRun): void;
  /** Called before everything is removed again, with the server still running. */
  onReady?(lab: Lab, server: RunningServer, run: TopologyRun): Promise<void>;
}

/** Builds a topology, runs duoport's client and server in it in all modes, one after another, and watches every host. */
export async function runTopology(
  topology: Topology,
  options: RunTopologyOptions = {},
): Promise<TopologyRun> {
  const { signal } = options;
  const programs = await findPrograms();
  const folder = mkdtempSync(join(tmpdir(), 'duoport-lab-'));
  try {
    const certificate = await makeCertificate(programs.need('openssl'), folder);
    signal?.throwIfAborted();
    await using lab = await buildLab(topology, { name: options.name });
    // Whatever is being tried in it ends with the lab.
    const stop = (): void => void lab.close();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      const duoport = options.duoport ?? duoportCommand();
      await using server = await startServer(lab, 'duoport', { programs, certificate, duoport });
      await openTaps(lab);
      const errand = { lab, server, programs };
      const runs = await tryAll(lab, {
        attempt: (wanted) => runDuoportClient(errand, wanted),
        signal,
        onCell: options.onCell,
      });
      const run = { topology, cells: runs };
      signal?.removeEventListener('abort', stop);
      await options.onReady?.(lab, server, run);
      return run;
    } catch (error) {
      throw signal?.aborted === true ? signal.reason : error;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Trying {
  attempt(wanted: readonly Cell[]): Promise<readonly Result[]>;
  readonly signal: AbortSignal | undefined;
  onCell: ((run: CellRun) => void) | undefined;
}

/** One after another, so that what the hosts count is one connection's; together where the silence itself is the test. */
async function tryAll(lab: Lab, { attempt, signal, onCell }: Trying): Promise<readonly CellRun[]> {
  const { topology } = lab;
  const all = cells.map((cell) => ({ cell, expected: expectedOf(topology, cell) }));
  const tried = all.filter(({ expected }) => expected.outcome !== 'none');
  const groups = topology.client.idle === undefined ? tried.map((one) => [one]) : [tried];
  const runs = new Map<Cell, CellRun>();
  for (const group of groups) {
    signal?.throwIfAborted();
    await readTaps(lab);
    const results = await attempt(group.map(({ cell }) => cell));
    const sightings = await readTaps(lab);
    for (const [index, { cell, expected }] of group.entries()) {
      const run = cellRun(topology, { cell, expected, result: results[index], sightings });
      runs.set(cell, run);
      onCell?.(run);
    }
  }
  return all.map(({ cell, expected }) => runs.get(cell) ?? notTried(cell, expected));
}

export function expectedOf(topology: Topology, { verb, secure }: Cell): ExpectedCell {
  return topology.expect[verb][secure ? 'tls' : 'plain'];
}

function cellRun(
  topology: Topology,
  seen: Pick<CellRun, 'cell' | 'expected' | 'result'> & {
    readonly sightings: ReadonlyMap<string, Sightings>;
  },
): CellRun {
  const { cell, expected, result, sightings } = seen;
  const client = hostWithRole(topology, 'client');
  const server = hostWithRole(topology, 'server');
  const [from, to] = isPassive(cell.verb) ? [client, server] : [server, client];
  const data = journey({ topology, sightings, kind: 'data' }, from, to);
  const control = journey({ topology, sightings, kind: 'control' }, client, hostOfDial(topology) ?? server);
  return { cell, expected, result, asExpected: isExpected(expected, result), data, control };
}

/** The host that answers on the dialled address when it is not the server: a relay. */
function hostOfDial({ agents = [] }: Topology): string | undefined {
  return agents[0]?.host;
}

function isExpected(expected: ExpectedCell, result: Result | undefined): boolean {
  if (result === undefined || expected.outcome === 'none') return result === undefined;
  if (expected.outcome === 'works' || result.outcome === 'works') return expected.outcome === result.outcome;
  return [expected, ...(expected.also ?? [])].some(
    ({ step, how }) => step === result.step && how === result.how,
  );
}

function notTried(cell: Cell, expected: ExpectedCell): CellRun {
  const nowhere: Journey = { hosts: [], end: { kind: 'not-dialled' } };
  return { cell, expected, result: undefined, asExpected: true, data: nowhere, control: nowhere };
}
