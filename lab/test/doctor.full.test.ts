import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { buildLab } from '../src/build.ts';
import { makeCertificate } from '../src/drivers/certificate.ts';
import { duoportCommand, findPrograms, type Programs } from '../src/drivers/programs.ts';
import { type ServerKind, type ServerOptions, startServer } from '../src/drivers/server.ts';
import { whatLabLacks } from '../src/requirements.ts';
import { topologies } from '../src/topologies.ts';
import type { Topology } from '../src/topology.ts';
import { type Cured, curable, cure } from './doctor-cures.ts';
import { expectedOf, type Judged, judge, runDoctor } from './doctor-runs.ts';

// In every topology, against vsftpd and against duoport, `duoport doctor` runs on the client's host. What it says is compared with what the
// topology knows; where a firewall rule cures, the rules of the report are loaded and a real client tries again.

const lacking = whatLabLacks();
const parallel = 4;

interface Outcome {
  readonly topology: Topology;
  readonly kind: ServerKind;
  readonly judged: readonly Judged[];
  readonly cures: readonly Cured[];
  readonly error?: unknown;
}

describe('the doctor in the lab', { skip: lacking }, () => {
  let outcomes: readonly Outcome[] = [];
  before(
    async () => {
      outcomes = await examineAll();
      report(outcomes);
    },
    { timeout: 600_000 },
  );

  test('the right cause and the right side, at least 95 of 100, and no open hop is blamed', () => {
    const broken = outcomes.filter((one) => one.error !== undefined);
    assert.deepEqual(
      broken.map(({ topology, kind, error }) => `${topology.name}, ${kind}: ${String(error)}`),
      [],
    );
    const failing = outcomes.flatMap(({ topology, judged }) =>
      judged.filter((one) => isFailing(topology, one)),
    );
    const right = failing.filter((one) => one.right).length;
    assert.ok(failing.length > 200, `only ${failing.length} failing cells were tried`);
    assert.ok(right / failing.length >= 0.95, `${right} of ${failing.length} right`);
    assert.deepEqual(
      failing.filter((one) => one.blamesOpen),
      [],
    );
  });

  test('what works in the lab works for the doctor', () => {
    const wrong = outcomes.flatMap(({ topology, kind, judged }) =>
      judged
        .filter((one) => !isFailing(topology, one) && !one.right)
        .map((one) => `${topology.name}, ${kind}: ${one.text}`),
    );
    assert.deepEqual(wrong, []);
  });

  test('where the remedy is a rule, the rule of the report makes the mode work', () => {
    const cures = outcomes.flatMap(({ topology, kind, cures }) =>
      cures.map((one) => ({ topology, kind, ...one })),
    );
    const failed = cures.filter(({ still, applied }) => still.length > 0 || applied.length === 0);
    assert.ok(cures.length > 20, `only ${cures.length} cures were tried`);
    assert.deepEqual(
      failed.map(
        ({ topology, kind, mode, still }) => `${topology.name}, ${kind}, ${mode}: ${still.join('; ')}`,
      ),
      [],
    );
  });
});

/** vsftpd cannot shift ports and knows no addresses by network: there the topology is another one with it. */
function pairs(): { topology: Topology; kind: ServerKind }[] {
  return topologies.flatMap((topology) => {
    const beyond = topology.server.passiveAddress.some(({ portOffset = 0 }) => portOffset !== 0);
    const kinds: readonly ServerKind[] = beyond ? ['duoport'] : ['duoport', 'vsftpd'];
    return kinds.map((kind) => ({ topology, kind }));
  });
}

async function examineAll(): Promise<readonly Outcome[]> {
  const folder = await mkdtemp(join(tmpdir(), 'duoport-doctor-'));
  try {
    const options = await prepare(folder);
    const queue = pairs();
    const outcomes: Outcome[] = [];
    const work = async (): Promise<void> => {
      for (let pair = queue.shift(); pair !== undefined; pair = queue.shift()) {
        outcomes.push(await examineOne(pair, options));
      }
    };
    await Promise.all(Array.from({ length: parallel }, work));
    return outcomes;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function prepare(folder: string): Promise<ServerOptions & { programs: Programs }> {
  const programs = await findPrograms({ fetch: true });
  const certificate = await makeCertificate(programs.need('openssl'), folder);
  return { programs, certificate, duoport: duoportCommand() };
}

async function examineOne(
  { topology, kind }: { topology: Topology; kind: ServerKind },
  options: ServerOptions & { programs: Programs },
): Promise<Outcome> {
  const judged: Judged[] = [];
  const cures: Cured[] = [];
  try {
    await using lab = await buildLab(topology);
    await using server = await startServer(lab, kind, options);
    const found = await runDoctor(lab, server);
    judged.push(...judge(topology, found));
    for (const mode of ['passive', 'active'] as const) {
      if (curable(topology, mode).length === 0) continue;
      cures.push(await cure({ lab, server, programs: options.programs }, found, mode));
    }
    return { topology, kind, judged, cures };
  } catch (error) {
    return { topology, kind, judged, cures, error };
  }
}

function isFailing(topology: Topology, { cell }: Judged): boolean {
  return expectedOf(topology, cell).outcome === 'fails';
}

function report(outcomes: readonly Outcome[]): void {
  const failing = outcomes.flatMap(({ topology, judged }) =>
    judged.filter((one) => isFailing(topology, one)),
  );
  const right = failing.filter((one) => one.right).length;
  const cures = outcomes.flatMap((one) => one.cures);
  const cured = cures.filter(({ still, applied }) => still.length === 0 && applied.length > 0).length;
  const blamed = failing.filter((one) => one.blamesOpen).length;
  console.log(
    `doctor: ${right} of ${failing.length} failing cells right, ${blamed} blame an open hop; ${cured} of ${cures.length} cured by the rules of the report`,
  );
  for (const { topology, kind, judged, cures } of outcomes) {
    for (const one of judged.filter((cell) => !cell.right)) {
      console.log(
        `  ${topology.name}, ${kind}, ${one.cell.verb}${one.cell.secure ? ' under TLS' : ''}: ${one.text}`,
      );
    }
    for (const { mode, still } of cures.filter((one) => one.still.length > 0)) {
      console.log(`  ${topology.name}, ${kind}, ${mode}: not cured: ${still.join('; ')}`);
    }
  }
}
