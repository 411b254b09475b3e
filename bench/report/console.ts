import { cellText, type Standing } from './standing.ts';

/** The standings as lines for a terminal: a block a row. */
export function toLines(standings: readonly Standing[]): string[] {
  return standings.flatMap((standing) => {
    const { row, cells, ratios, ofDirect } = standing;
    const lines = [`${row.title} [${row.id}], ${row.unit}`];
    for (const [name, cell] of cells) {
      const ratio = ratios.get(name);
      const versus = ratio === undefined ? '' : `   duoport is at ${ratio.toFixed(2)} ×`;
      const share = ofDirect.get(name);
      const left = share === undefined ? '' : `   ${share.toFixed(2)} of direct`;
      lines.push(`  ${name.padEnd(10)} ${cellText(cell, row)}${left}${versus}`);
    }
    return [...lines, `  ${verdict(standing)}`, ''];
  });
}

function verdict({ floors, behind, ratios }: Standing): string {
  const met = floors.map((floor) => `${floor.met ? 'floor met' : 'FLOOR MISSED'}: ${floor.text}`);
  const place = behind.map(({ peer, percent }) => `behind ${peer} by ${percent} %`);
  if (place.length === 0 && ratios.size > 0) place.push('ahead of all');
  return [...met, ...place].join(' · ');
}
