import { type Bench, contest } from './contests.ts';
import { type CrowdKind, crowdMeasurements } from './crowd-measurements.ts';
import type { Standing } from './report/standing.ts';
import { startCrowdServer } from './servers/crowd-server.ts';

const kind: CrowdKind = { name: 'duoport', start: startCrowdServer };

/** The part about many sessions: ours alone, for it is about bounds. */
export function measureCrowd(bench: Bench): Promise<Standing[]> {
  const { options, supplies } = bench;
  const scale = options.quick
    ? { sessions: 1000, moving: 50, visits: 5000, span: 2000 }
    : { sessions: 5000, moving: 200, visits: 100_000, span: 10_000 };
  const all = crowdMeasurements({ supplies, ...scale });
  return contest(bench, all, { contestants: [kind], name: ({ name }) => name, limit: 30_000 });
}
