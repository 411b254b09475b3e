import { median } from '../report/numbers.ts';
import { encode, type Target } from './control.ts';
import { TransferSession } from './transfer.ts';

/** Measured so often without and with: what the machine does beside changes from one second to the next. */
export const stalledPairs = 2;

/**
 * The share of its speed that something keeps beside a download whose client takes nothing: the median over pairs of neighbouring
 * measurements, in turns one and the other first.
 */
export async function keptBesideStalled(target: Target, measure: () => Promise<number>): Promise<number> {
  const beside = async () => {
    const stalled = await TransferSession.open(target, { mode: 'passive' });
    try {
      const data = await stalled.stall(encode('RETR large'));
      try {
        return await measure();
      } finally {
        data.destroy();
      }
    } finally {
      stalled.control.destroy();
    }
  };
  const shares: number[] = [];
  for (let pair = 0; pair < stalledPairs; pair += 1) {
    const isFirst = pair % 2 === 0;
    const before = isFirst ? await measure() : await beside();
    const after = isFirst ? await beside() : await measure();
    shares.push(isFirst ? after / before : before / after);
  }
  return median(shares);
}
