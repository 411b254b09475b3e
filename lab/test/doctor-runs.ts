import type { Finding, ModeResult, Report } from '@duoport/doctor';
import type { Lab } from '../src/build.ts';
import { type Cell, cells } from '../src/drivers/cell.ts';
import { duoportCommand } from '../src/drivers/programs.ts';
import { clientHost, type RunningServer } from '../src/drivers/server.ts';
import type { ExpectedFailure, Topology } from '../src/topology.ts';

/** How the doctor judged one way of making a data connection. */
export interface Judged {
  readonly cell: Cell;
  readonly right: boolean;
  /** It names a side that does not block: worse than not to know. */
  readonly blamesOpen: boolean;
  readonly text: string;
}

/** `duoport doctor URL --json`, on the client's host of a lab. */
export async function runDoctor(
  lab: Lab,
  server: RunningServer,
  more: readonly string[] = [],
): Promise<Report> {
  const { topology } = lab;
  const words = [...doctorWords(topology, server), '--json', ...more];
  const run = await lab.run(clientHost(lab), [...duoportCommand(), 'doctor', ...words], {
    timeout: 120_000,
    env: { LANG: 'C.UTF-8' },
  });
  const [line = ''] = run.stdout.split('\n');
  try {
    return JSON.parse(line);
  } catch {
    throw new Error(`${topology.name}, ${server.kind}: the doctor failed: ${run.stderr.slice(-2000)}`);
  }
}

/** What a user of this network would write. */
export function doctorWords({ dial, client }: Topology, server: RunningServer): readonly string[] {
  const host = dial.address.includes(':') ? `[${dial.address}]` : dial.address;
  const { activePorts, externalAddress, idle, obeysPassiveAddress } = client;
  return [
    `ftp://${server.user}:${encodeURIComponent(server.password)}@${host}:${dial.port}/`,
    '--insecure',
    '--patience',
    '2s',
    ...(activePorts === undefined ? [] : ['--port-range', `${activePorts.low}-${activePorts.high}`]),
    ...(externalAddress === undefined ? [] : ['--external-address', externalAddress]),
    ...(obeysPassiveAddress === true ? ['--pasv-address', 'reply'] : []),
    ...(idle === undefined ? [] : ['--long', `${idle}ms`]),
  ];
}

export function expectedOf(
  { expect }: Topology,
  { verb, secure }: Cell,
): Topology['expect']['PASV']['plain'] {
  return expect[verb][secure ? 'tls' : 'plain'];
}

/** Compares a report with what the topology expects, one verdict for each cell that fails or works there. */
export function judge(topology: Topology, report: Report): readonly Judged[] {
  return cells.flatMap((cell) => {
    const expected = expectedOf(topology, cell);
    if (expected.outcome === 'none') return [];
    const mode = report.modes.find((one) => one.verb === cell.verb && one.secure === cell.secure);
    if (expected.outcome === 'works') return [judgeWorking(cell, mode)];
    return [judgeFailing({ topology, report, cell, expected, mode })];
  });
}

function judgeWorking(cell: Cell, mode: ModeResult | undefined): Judged {
  const right = mode?.outcome === 'works';
  return { cell, right, blamesOpen: false, text: `works; the doctor: ${describe(mode)}` };
}

interface Failing {
  readonly topology: Topology;
  readonly report: Report;
  readonly cell: Cell;
  readonly expected: ExpectedFailure;
  readonly mode: ModeResult | undefined;
}

function judgeFailing({ topology, report, cell, expected, mode }: Failing): Judged {
  const found = findingFor(topology, report, cell, mode);
  const right =
    found !== undefined &&
    expected.causes.includes(found.code) &&
    expected.sides.some((side) => side === found.side);
  const blamesOpen =
    found !== undefined && found.side !== 'unknown' && !expected.sides.some((side) => side === found.side);
  const wanted = `${expected.causes.join('|')} at ${expected.sides.join('|')}`;
  const got = found === undefined ? describe(mode) : `${found.code} at ${found.side}`;
  return { cell, right, blamesOpen, text: `${wanted}; the doctor: ${got} (${describe(mode)})` };
}

/**
 * The finding that the doctor gives for a cell. A mode that fails only for clients that obey the 227, or only after a pause, works
 * for the doctor itself: then the finding about that is the answer.
 */
function findingFor(
  { client }: Topology,
  report: Report,
  cell: Cell,
  mode: ModeResult | undefined,
): Finding | undefined {
  if (client.idle !== undefined) return report.findings.find((one) => one.code === 'idle-cut');
  const breaking = report.findings.find(
    (one) =>
      one.code === mode?.cause &&
      one.breaks.some(({ verb, secure }) => verb === cell.verb && secure === cell.secure),
  );
  if (breaking !== undefined || client.obeysPassiveAddress !== true || mode?.outcome !== 'works')
    return breaking;
  const address = [
    'passive-hairpin',
    'passive-peer-refused',
    'passive-address-private',
    'passive-address-foreign',
  ];
  return report.findings.find((one) => address.includes(one.code));
}

function describe(mode: ModeResult | undefined): string {
  if (mode === undefined) return 'not in the report';
  return `${mode.outcome}, ${mode.step}/${mode.how}: ${mode.text}`;
}
