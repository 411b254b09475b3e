import { type Family, impossible, type Mode } from '../support/way.ts';

/** Which of the two control connections, with its data connections, is under TLS. */
type Sides = 'none' | 'client' | 'server' | 'both';

/** One way through a gateway: what is said on its client's side, and what on its server's side. */
export interface Crossing {
  readonly clientMode: Mode;
  readonly serverMode: Mode;
  readonly tls: Sides;
  readonly clientFamily: Family;
  readonly serverFamily: Family;
}

const modes: readonly Mode[] = ['PASV', 'EPSV', 'PORT', 'EPRT'];
const sides: readonly Sides[] = ['none', 'client', 'server', 'both'];
const families: readonly (readonly [Family, Family])[] = [
  [4, 4],
  [4, 6],
  [6, 4],
];

export const crossings: readonly Crossing[] = families.flatMap(([clientFamily, serverFamily]) =>
  sides.flatMap((tls) =>
    modes.flatMap((clientMode) =>
      modes.map((serverMode) => ({ clientMode, serverMode, tls, clientFamily, serverFamily })),
    ),
  ),
);

export function crossingName(crossing: Crossing): string {
  const { clientMode, serverMode, tls } = crossing;
  return `${clientMode} → ${serverMode}, ${familiesOf(crossing)}, TLS ${tls}`;
}

export function familiesOf({ clientFamily, serverFamily }: Crossing): string {
  return `IPv${clientFamily} → IPv${serverFamily}`;
}

/** Why there is nothing to try, or undefined. */
export function impossibleCrossing(crossing: Crossing): string | undefined {
  const { clientMode, clientFamily, serverMode, serverFamily } = crossing;
  return (
    impossible({ mode: clientMode, tls: 'none', family: clientFamily }) ??
    impossible({ mode: serverMode, tls: 'none', family: serverFamily })
  );
}

/**
 * A part of `all` in which every two values of two different properties that stand together anywhere stand together once
 * (a pairwise covering): chosen greedily, so always the same.
 */
export function covering(all: readonly Crossing[]): readonly Crossing[] {
  const missing = new Set(all.flatMap(pairsOf));
  const chosen: Crossing[] = [];
  while (missing.size > 0) {
    const gain = (crossing: Crossing): number => pairsOf(crossing).filter((pair) => missing.has(pair)).length;
    const best = all.reduce((one, other) => (gain(other) > gain(one) ? other : one));
    for (const pair of pairsOf(best)) missing.delete(pair);
    chosen.push(best);
  }
  return chosen;
}

function pairsOf(crossing: Crossing): readonly string[] {
  const { clientMode, serverMode, tls } = crossing;
  const values = [`client ${clientMode}`, `server ${serverMode}`, `TLS ${tls}`, familiesOf(crossing)];
  return values.flatMap((one, index) => values.slice(index + 1).map((other) => `${one} + ${other}`));
}
