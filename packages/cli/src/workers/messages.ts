import type { ExpectedData, KnownEnds, PortRange, TraceEvent } from '@duoport/net';
import type { ServerEvent } from '@duoport/server';
import type { ServePlan } from '../serve/plan.ts';

/** What the first process tells a worker. With `control` and `data` goes the kernel's end of a connection; `head` was read of it already. */
export type ToWorker =
  | { readonly kind: 'start'; readonly duty: Duty }
  /** New settings for new sessions; answered by `reloaded`. */
  | { readonly kind: 'reload'; readonly duty: Duty }
  | {
      readonly kind: 'control';
      readonly session: number;
      readonly implicitTls: boolean;
      /** The limits are reached: it gets 421 with this text. */
      readonly refuse: string | undefined;
      readonly head: Uint8Array;
      readonly ends: KnownEnds;
    }
  /** Answers to `expect`. */
  | { readonly kind: 'place'; readonly id: number }
  | { readonly kind: 'no-place'; readonly id: number; readonly because: string }
  | {
      readonly kind: 'data';
      readonly id: number;
      readonly ticketed: boolean;
      readonly head: Uint8Array;
      readonly ends: KnownEnds;
    }
  | { readonly kind: 'refused'; readonly id: number; readonly because: string }
  | { readonly kind: 'close'; readonly grace: number };

/** What a worker tells the first process. `id` numbers the data connections that one worker expects. */
export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'reloaded'; readonly fault: string | undefined }
  | { readonly kind: 'failed'; readonly because: string }
  | { readonly kind: 'event'; readonly event: ServerEvent }
  | { readonly kind: 'trace'; readonly session: number; readonly event: TraceEvent }
  /** The connection of this session is gone. */
  | { readonly kind: 'ended'; readonly session: number }
  | { readonly kind: 'expect'; readonly id: number; readonly data: ExpectedData }
  | { readonly kind: 'awaited'; readonly id: number }
  | { readonly kind: 'end'; readonly id: number }
  /** The last word of one that was told to close. */
  | { readonly kind: 'closed' };

/** All that a worker has to know. Plain data. */
export interface Duty {
  readonly plan: ServePlan;
  /** Its part of the passive range. */
  readonly passivePorts: PortRange | undefined;
  /** Nobody reads the log: only faults are told. */
  readonly quiet: boolean;
  readonly trace: boolean;
}

/** The part of a range that worker `index` of `count` has to itself. */
export function partOf({ low, high }: PortRange, index: number, count: number): PortRange {
  const size = high - low + 1;
  const start = (at: number) => low + Math.floor((at * size) / count);
  return { low: start(index), high: start(index + 1) - 1 };
}
