import { type Way, ways } from '../support/way.ts';
import { actCell } from './act.ts';
import type { Field } from './field.ts';
import { folderActs } from './folder.ts';
import type { Match } from './lineup.ts';
import { nameActs } from './names.ts';
import { resumeActs } from './resume.ts';
import { transferCell } from './transfer-cell.ts';
import type { Cell } from './verdict.ts';

/** Acts do not depend on who dials: they are tried over the first passive mode that the pair has. */
const passive: readonly Way[] = [
  { mode: 'EPSV', tls: 'none', family: 4 },
  { mode: 'PASV', tls: 'none', family: 4 },
];

/** Every way to move the samples, for every match. */
export function transferCells(matches: readonly Match[], field: Field): readonly Cell[] {
  return matches.flatMap((match) => waysFor(match).map((way) => transferCell({ ...match, field }, way)));
}

/** Resuming, folders and odd names, for every match, plain and over TLS. */
export function actCells(matches: readonly Match[], field: Field): readonly Cell[] {
  return matches
    .filter(({ server }) => server.requireReuse !== true)
    .flatMap(({ client, server }) => {
      const way = passive.find((one) => client.unsupported(one) === undefined) ?? passive[0];
      if (way === undefined) return [];
      const overTls: Way = { ...way, tls: '1.3' };
      const pair = { client, server, field };
      const moving = [...resumeActs, ...folderActs].flatMap((act) =>
        [way, overTls].map((one) => actCell(pair, act, one)),
      );
      return [...moving, ...nameActs(server).map((act) => actCell(pair, act, way))];
    });
}

/** A server that is there twice, the second time for an option of its TLS, need not be tried twice without TLS. */
function waysFor({ server }: Match): readonly Way[] {
  return server.requireReuse === true ? ways.filter(({ tls }) => tls !== 'none') : ways;
}
