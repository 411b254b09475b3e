import type { Measurement } from './contest.ts';
import { paced, type Span, type Worker } from './load/pace.ts';
import type { Row } from './rows.ts';

/** Operations a second that the workers get out of a contestant. */
export function perSecond<Contestant>(
  row: Row,
  span: Span,
  workers: (contestant: Contestant) => Worker[] | Promise<Worker[]>,
): Measurement<Contestant> {
  return {
    rows: [row],
    lacks: () => undefined,
    run: async (contestant) => {
      const pace = await paced(await workers(contestant), span);
      if (pace.operations === 0) throw new Error('not one operation was done');
      return [pace.operations / pace.seconds];
    },
  };
}
