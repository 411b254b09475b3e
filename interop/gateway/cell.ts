import { join } from 'node:path';
import { bytesOf } from '../clients/client.ts';
import { type Attempt, attempt, faultOf, missingFor, type Pair } from '../matrix/attempt.ts';
import { folderActs } from '../matrix/folder.ts';
import { resumeActs } from '../matrix/resume.ts';
import { moveAll } from '../matrix/transfer-cell.ts';
import type { Cell, Verdict } from '../matrix/verdict.ts';
import { difference, type Sample } from '../support/random-files.ts';
import type { Way } from '../support/way.ts';
import { type Crossing, crossingName, impossibleCrossing } from './crossing.ts';
import { type Backs, behindGateway } from './gateway-kind.ts';

/** A cell of the gateway's matrix: list, get, put, resume both ways and break off, in one way through it. */
export interface Passage extends Cell {
  readonly crossing: Crossing;
}

export function passage({ client, server, field }: Pair, crossing: Crossing, backs: Backs): Passage {
  const { clientMode, clientFamily, tls } = crossing;
  const isSecure = tls === 'client' || tls === 'both';
  const way: Way = { mode: clientMode, family: clientFamily, tls: isSecure ? '1.3' : 'none' };
  const kind = behindGateway(server, crossing, backs);
  const pair = { client, server: kind, field };
  return {
    id: `${client.name} → gateway → ${server.name} · ${crossingName(crossing)}`,
    client: client.name,
    server: server.name,
    column: `${clientMode} → ${crossing.serverMode}`,
    way,
    crossing,
    empty: impossibleCrossing(crossing) ?? client.unsupported(way) ?? kind.unsupported(way),
    missing: missingFor(pair),
    run: () => attempt(pair, way, (current) => all(current, () => backs.of(server, crossing.serverFamily))),
  };
}

const list = folderActs.filter(({ name }) => name === 'list');

async function all(current: Attempt, back: () => Promise<{ readonly long: Sample }>): Promise<Verdict> {
  for (const { run } of [...list, { run: moveAll }, ...resumeActs]) {
    const verdict = await run(current);
    if (verdict.kind !== 'passed') return verdict;
  }
  return (await brokenOff(current, (await back()).long)) ?? { kind: 'passed' };
}

/** A long download that the client breaks off; then a whole file, which must be one. */
async function brokenOff(current: Attempt, long: Sample): Promise<Verdict | undefined> {
  const { client, ground, target, scratch } = current;
  const whole = ground.samples.find(({ size }) => size === 1 << 20);
  if (client.breakOff === undefined || whole === undefined) return undefined;
  const local = join(scratch, 'after.bin');
  const outcome = await client.breakOff(target, `down/${long.name}`, {
    remote: bytesOf(`down/${whole.name}`),
    local,
  });
  return faultOf(current, 'abort', outcome, [difference(whole, local)]);
}
