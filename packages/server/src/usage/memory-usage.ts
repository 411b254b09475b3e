import { periodAt, stillCounts } from './period.ts';
import {
  type Amount,
  atLeastNothing,
  type Direction,
  type DrawRequest,
  type Hold,
  type HoldRequest,
  leftOf,
  minus,
  nothing,
  plus,
  type Recount,
  type Refund,
  type Settlement,
  type Usage,
  type UsageState,
} from './usage.ts';

interface Kept {
  state: UsageState;
  epoch: number;
}

/** Usage that lives and dies with the process: what is stored has to be counted again by `recount` after a start. */
export class MemoryUsage implements Usage {
  readonly #accounts = new Map<string, Kept>();

  async hold({ account, quota, bytes, least, files, after }: HoldRequest): Promise<Hold> {
    if (after !== undefined) this.#settle(after);
    const kept = this.#of(account);
    const { state, epoch } = kept;
    const left = leftOf(quota, plus(state.used, state.held));
    const held = { bytes: Math.min(bytes, left.bytes), files };
    if (held.bytes < least || files > left.files) return { granted: false, ...nothing, epoch, left };
    kept.state = changed(state, { held: plus(state.held, held) });
    return { granted: true, ...held, epoch, left: leftOf(quota, plus(state.used, kept.state.held)) };
  }

  async settle(settlement: Settlement): Promise<void> {
    this.#settle(settlement);
  }

  async draw({ account, direction, period, limit, bytes }: DrawRequest): Promise<number> {
    const kept = this.#of(account);
    const counts = stillCounts(kept.state.period, period);
    const state = counts ? kept.state : { ...kept.state, period, up: 0, down: 0 };
    const drawn = Math.max(0, Math.min(bytes, limit - state[direction]));
    kept.state = moved(state, direction, drawn);
    return drawn;
  }

  async refund({ account, direction, period, bytes }: Refund): Promise<void> {
    const kept = this.#of(account);
    if (stillCounts(kept.state.period, period)) kept.state = moved(kept.state, direction, -bytes);
  }

  async look(account: string): Promise<UsageState> {
    return this.#accounts.get(account)?.state ?? fresh;
  }

  async recount({ account, counted, since, anyway }: Recount): Promise<boolean> {
    const kept = this.#of(account);
    const { mark } = kept.state;
    if (!anyway && mark.changes !== since.changes) return false;
    kept.epoch += 1;
    kept.state = changed(kept.state, { used: plus(counted, minus(mark.grown, since.grown)), held: nothing });
    return true;
  }

  async forget(account: string): Promise<void> {
    this.#accounts.delete(account);
  }

  #settle({ account, epoch, held, stored }: Settlement): void {
    const kept = this.#of(account);
    const { state } = kept;
    kept.state = changed(state, {
      used: plus(state.used, stored),
      held: epoch === kept.epoch ? atLeastNothing(minus(state.held, held)) : state.held,
      stored,
    });
  }

  #of(account: string): Kept {
    const kept = this.#accounts.get(account) ?? { state: fresh, epoch: 0 };
    this.#accounts.set(account, kept);
    return kept;
  }
}

const fresh: UsageState = {
  used: nothing,
  held: nothing,
  period: periodAt('ever', 'UTC', 0),
  up: 0,
  down: 0,
  mark: { changes: 0, grown: nothing },
};

function changed(
  state: UsageState,
  {
    used = state.used,
    held = state.held,
    stored = nothing,
  }: { readonly used?: Amount; readonly held?: Amount; readonly stored?: Amount },
): UsageState {
  const { changes, grown } = state.mark;
  const mark = { changes: changes + 1, grown: plus(grown, atLeastNothing(stored)) };
  return { ...state, used, held, mark };
}

function moved(state: UsageState, direction: Direction, bytes: number): UsageState {
  return { ...state, [direction]: Math.max(0, state[direction] + bytes) };
}
