import type { Cell } from '../drivers/cell.ts';
import { hostWithRole } from '../hosts.ts';
import { hostsBetween } from '../path.ts';
import type { Journey } from '../run/journey.ts';
import type { CellRun, TopologyRun } from '../run/run-topology.ts';
import { segmentsOf } from '../segments.ts';
import type { Topology } from '../topology.ts';
import { wire } from '../wiring.ts';
import { arrowLines } from './arrows.ts';
import { type BoxRow, boxRow, wrapWords } from './boxes.ts';
import { networkLines } from './network.ts';
import { type Pen, penFor } from './pen.ts';
import { fateOf } from './words.ts';

export interface DrawingOptions {
  /** At most 100 are used. */
  readonly columns: number;
  readonly unicode: boolean;
}

/** The topology with both connections as arrows, and where each was stopped. */
export function drawRun(run: TopologyRun, options: DrawingOptions): readonly string[] {
  const pen = penFor(options.unicode);
  const columns = Math.min(100, options.columns);
  const row = boxRow(run.topology, columns, pen);
  const sheet = { row, pen, columns };
  return [
    ...networkLines(run.topology, row, pen),
    '',
    ...controlLines(run, sheet),
    ...groupsOf(run.cells).flatMap((group) => dataLines(group, sheet)),
  ];
}

interface Sheet {
  readonly row: BoxRow;
  readonly pen: Pen;
  readonly columns: number;
}

function controlLines({ topology, cells }: TopologyRun, sheet: Sheet): readonly string[] {
  const { address, port } = topology.dial;
  const tried = cells.filter(({ result }) => result !== undefined);
  const whole = tried.find(({ control }) => control.end.kind !== 'arrived') ?? tried[0];
  if (whole === undefined) return [];
  return [
    ...label(`control connection: the client dials ${address} port ${port}`, sheet),
    ...arrowLines(whole.control, sheet.row.boxes, sheet.pen),
    ...tunnelLines(topology, sheet),
  ];
}

/** A relay passes the control connection on through its agent's tunnel; that is how the topology is made, not measured. */
function tunnelLines(topology: Topology, sheet: Sheet): readonly string[] {
  const [relay, agent] = topology.agents ?? [];
  if (relay === undefined || agent === undefined) return [];
  const ports = new Map([...wire(topology)].map(([name, wiring]) => [name, wiring.ports]));
  const ground = { segments: segmentsOf(topology, ports), family: 4 } as const;
  const arrow = (from: string, to: string): readonly string[] => {
    const whole: Journey = { hosts: hostsBetween(from, to, ground), end: { kind: 'arrived' } };
    return arrowLines(whole, sheet.row.boxes, sheet.pen);
  };
  return [
    ...label(`and through the tunnel to the agent on ${agent.host}, which dials the server`, sheet),
    ...arrow(relay.host, agent.host),
    ...arrow(agent.host, hostWithRole(topology, 'server')),
  ];
}

function dataLines(group: readonly CellRun[], sheet: Sheet): readonly string[] {
  const [first] = group;
  if (first === undefined) return [];
  return [
    ...label(`${namesOf(group.map(({ cell }) => cell))}: ${fateOf(first)}`, sheet),
    ...arrowLines(first.data, sheet.row.boxes, sheet.pen),
  ];
}

function label(text: string, { columns }: Sheet): readonly string[] {
  return wrapWords(text, columns);
}

/** Cells that fared alike are drawn once. What a reply says may differ in a port number or the verb, so those do not count. */
function groupsOf(runs: readonly CellRun[]): readonly (readonly CellRun[])[] {
  const groups = new Map<string, CellRun[]>();
  for (const run of runs) {
    if (run.result === undefined) continue;
    const key = JSON.stringify([
      run.data.hosts,
      fateOf(run)
        .replaceAll(/\d+|PASV|EPSV|PORT|EPRT/g, '')
        .slice(0, 60),
    ]);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()];
}

/** `PASV, EPSV (plain and TLS)`. */
export function namesOf(cells: readonly Cell[]): string {
  const verbs = (secure: boolean): string =>
    cells
      .filter((cell) => cell.secure === secure)
      .map(({ verb }) => verb)
      .join(', ');
  const [plain, tls] = [verbs(false), verbs(true)];
  if (plain === tls) return `${plain} (plain and TLS)`;
  return [plain && `${plain} (plain)`, tls && `${tls} (TLS)`].filter((text) => text !== '').join('; ');
}
