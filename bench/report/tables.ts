import type { Run } from './json.ts';
import { cellText, type Standing } from './standing.ts';

/** How and where the numbers of a page came about. */
export function placeOf({ machine, rounds, ownNetwork }: Run): string {
  return `One run, ${rounds} interleaved rounds (A B C …, A B C …), medians with the least and the greatest in brackets.
${machine.cores} cores (${machine.processor}), ${machine.memoryGib} GiB of memory, ${machine.system}, Node ${machine.node};
everything over loopback${ownNetwork ? ' in a network namespace of its own' : ''}, files in memory (tmpfs).`;
}

/** A row a standing, a column for each name that occurs; bold are the rows where we are behind. */
export function table(standings: readonly Standing[], names: readonly string[]): string {
  const used = names.filter((name) => standings.some(({ cells }) => cells.has(name)));
  const head = ['', ...used, 'duoport is'];
  const rows = standings.map((standing) => {
    const { row, cells, ratios, ofDirect } = standing;
    const values = used.map((name) => {
      const ratio = ratios.get(name);
      const share = ofDirect.get(name);
      const left = share === undefined ? '' : `, ${share.toFixed(2)} of direct`;
      return `${cellText(cells.get(name), row)}${left}${ratio === undefined ? '' : ` ×${ratio.toFixed(2)}`}`;
    });
    const title = `${row.title} (${row.unit === '/s' ? 'a second' : row.unit})`;
    const isBehind = standing.behind.length > 0;
    return [isBehind ? `**${title}**` : title, ...values, place(standing)];
  });
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function place({ behind, ratios, cells }: Standing): string {
  if (cells.get('duoport')?.kind !== 'measured') return '**not measured**';
  if (ratios.size === 0) return '';
  if (behind.length === 0) return 'ahead of all';
  return behind.map(({ peer, percent }) => `**behind ${peer} by ${percent} %**`).join(', ');
}

/** The floors that are set, met or missed. */
export function floors(standings: readonly Standing[]): string {
  const lines = standings.flatMap(({ row, floors }) =>
    floors.map(({ text, met }) => `| ${row.title} | ${text} | ${met ? 'met' : '**missed**'} |`),
  );
  return ['| row | at least | |', '| --- | --- | --- |', ...lines].join('\n');
}
