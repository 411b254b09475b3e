import type { Cell, Result } from '../drivers/cell.ts';
import type { ExpectedCell, Topology } from '../topology.ts';
import { type CellReport, expectedOf, kindOf, type Party, type Try, wordsOf } from './cell-report.ts';
import { covers, type Difference, differences, replyDifferences, twoEnds } from './differences.ts';

/** Is it what the topology says, or a difference that is known? */
export function isAsKnown(
  topology: Topology,
  cell: Cell,
  { party, result }: { readonly party: Party; readonly result: Result },
  known: readonly Difference[] = differences,
): boolean {
  return (
    agrees(expectedOf(topology, cell), result) ||
    explanationsOf(topology.name, cell, { party, result }, known).length > 0
  );
}

/** Puts the two tries of a cell beside the expectation and says what is not as it should be. */
export function judgeCell(
  topology: Topology,
  cell: Cell,
  tries: { readonly duoport: Try | undefined; readonly others: Try | undefined },
  known: readonly Difference[] = differences,
): CellReport {
  const expected = expectedOf(topology, cell);
  const judged = (['duoport', 'others'] as const).map((party) =>
    judgeTry(topology, cell, { party, done: tries[party], expected, known }),
  );
  const asExpected = judged.every(({ explained, faults }) => explained.length + faults.length === 0);
  const findings = asExpected ? [compare(tries.duoport?.result, tries.others?.result)] : judged;
  return {
    topology: topology.name,
    number: topology.number,
    ...cell,
    expected,
    ...tries,
    explained: findings.flatMap(({ explained }) => explained),
    faults: findings.flatMap(({ faults }) => faults),
  };
}

type Findings = Pick<CellReport, 'explained' | 'faults'>;

/** Two tries that are both as expected: they may still have come to it by two ways, or with two reply codes. */
function compare(duoport: Result | undefined, others: Result | undefined): Findings {
  if (duoport?.outcome !== 'fails' || others?.outcome !== 'fails') return { explained: [], faults: [] };
  if (kindOf(duoport) !== kindOf(others)) return { explained: [twoEnds.mark], faults: [] };
  if (duoport.reply === undefined || others.reply === undefined || duoport.reply === others.reply)
    return { explained: [], faults: [] };
  const known = replyDifferences.find(
    (one) => one.step === duoport.step && one.duoport === duoport.reply && one.others === others.reply,
  );
  return known === undefined
    ? { explained: [], faults: [`duoport says ${duoport.reply} where vsftpd says ${others.reply}`] }
    : { explained: [known.mark], faults: [] };
}

interface TryFacts {
  readonly party: Party;
  readonly done: Try | undefined;
  readonly expected: ExpectedCell;
  readonly known: readonly Difference[];
}

function judgeTry({ name }: Topology, cell: Cell, { party, done, expected, known }: TryFacts): Findings {
  if (expected.outcome === 'none') return { explained: [], faults: [] };
  if (done === undefined) return { explained: [], faults: [`${party}: was not tried`] };
  const { client, result } = done;
  if (agrees(expected, result)) return { explained: [], faults: [] };
  const explained = explanationsOf(name, cell, { party, result }, known);
  if (explained.length > 0) return { explained, faults: [] };
  const who = party === 'duoport' ? 'duoport' : `vsftpd and ${client}`;
  const told = result.outcome === 'fails' ? ` (${result.text})` : '';
  return { explained, faults: [`${who}: ${wordsOf(result)}${told}, expected ${kindOf(expected)}`] };
}

function agrees(expected: ExpectedCell, result: Result): boolean {
  return expectedKinds(expected).includes(kindOf(result));
}

/** The first one is what is expected, the others are other ends of the same fault. */
function expectedKinds(expected: ExpectedCell): readonly string[] {
  if (expected.outcome === 'none') return [];
  const also = expected.outcome === 'fails' ? (expected.also ?? []) : [];
  return [kindOf(expected), ...also.map((end) => kindOf({ ...expected, ...end }))];
}

function explanationsOf(
  topology: string,
  cell: Cell,
  { party, result }: { readonly party: Party; readonly result: Result },
  known: readonly Difference[],
): readonly string[] {
  const kind = kindOf(result);
  return known
    .filter(({ who, instead }) => who === party && instead === kind)
    .filter((difference) => covers(difference, topology, cell))
    .map(({ mark }) => mark);
}
