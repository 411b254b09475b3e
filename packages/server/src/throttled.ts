import type { Seat } from '@duoport/net';
import type { FileSum } from './files/files.ts';
import type { TransferPlan } from './transfer.ts';

/** The same transfer at the user's rate, when there is one. */
export function throttled(plan: TransferPlan, seat: Seat | undefined, signal: AbortSignal): TransferPlan {
  const throttle = seat?.throttle(plan.direction === 'send' ? 'to-client' : 'to-server');
  if (throttle === undefined) return plan;
  if (plan.direction === 'send') return { ...plan, source: throttle.limitSource(plan.source, signal) };
  const open = async () => {
    const handle = await plan.plan.open();
    const { write } = throttle.limit(handle, signal);
    return {
      offset: handle.offset,
      hidden: handle.hidden === true,
      write,
      get path() {
        return handle.path;
      },
      finish: (sum?: FileSum) => handle.finish(sum),
      abandon: () => handle.abandon(),
    };
  };
  return { ...plan, plan: { path: plan.plan.path, open } };
}
