import type { Run } from './json.ts';
import type { Standing } from './standing.ts';
import { floors, placeOf, table } from './tables.ts';

/** The page docs/benchmarks-crowd.md. */
export function crowdPage(report: Run & { readonly crowd: readonly Standing[] }): string {
  return `# Thousands of sessions

<!-- Written by \`npm run bench -- --only crowd --write\`; do not edit. -->

${placeOf(report)} One process of \`duoport serve\`; the load has the other core.

First all sessions are there at once. Of those that transfer, half fetch 4 MiB again and again, a quarter 1 KiB, and a quarter store
256 KiB, each as fast as it can. Then sessions come and go, 16 at a time: they log in, fetch, store (in active mode), list, give a wrong
password, and one in two leaves without a word, some in the middle of a transfer. A tenth of them come before the first look at memory (PSS)
and descriptors.

${table(report.crowd, ['duoport'])}

## Bounds

${floors(report.crowd)}
`;
}
