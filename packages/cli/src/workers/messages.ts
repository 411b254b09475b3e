import type { ExpectedData, KnownEnds, PortRange, TraceEvent } from '@duoport/net';
import type { ServerEvent } from '@duoport/server';
import type { ServePlan } from '../serve/plan.ts';
import type { Called } from './calls.ts';

/** What the first process tells a worker. With `control` and `data` goes the kernel's end of a connection; `head` was read of it already. */
export type ToWorker =
  | Called
  | { readonly kind: 'start'; readonly duty: Duty }
  | {
      readonly kind: 'control';
      readonly session: number;
      readonly implicitTls: boolean;
      /** The limits are reached: it gets 421 with this text. */
      readonly refuse: string | undefined;
      readonly head: Uint8Array;
      readonly ends: KnownEnds;
    }
  | FromDoorKeeper
  | { readonly kind: 'close'; readonly grace: number };

/** What a worker tells the first process. */
export type FromWorker =
  | Called
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly because: string }
  | { readonly kind: 'event'; readonly event: ServerEvent }
  | { readonly kind: 'trace'; readonly session: number; readonly event: TraceEvent }
  /** The connection of this session is gone. */
  | { readonly kind: 'ended'; readonly session: number }
  | ToDoorKeeper
  /** The last word of one that was told to close. */
  | { readonly kind: 'closed' };

/** What a process says to another one at whose door its data connections come in. `id` numbers them. */
export type ToDoorKeeper =
  | { readonly kind: 'expect'; readonly id: number; readonly data: ExpectedData }
  | { readonly kind: 'awaited'; readonly id: number }
  | { readonly kind: 'end'; readonly id: number };

/** The answers. With `data` goes the kernel's end of the connection; `head` was read of it already. */
export type FromDoorKeeper =
  | { readonly kind: 'place'; readonly id: number }
  | { readonly kind: 'no-place'; readonly id: number; readonly because: string }
  | {
      readonly kind: 'data';
      readonly id: number;
      readonly ticketed: boolean;
      readonly head: Uint8Array;
      readonly ends: KnownEnds;
    }
  | { readonly kind: 'refused'; readonly id: number; readonly because: string };

/** All that a worker has to know. Plain data. */
export interface Duty {
  readonly plan: ServePlan;
  /** Its part of the passive range. */
  readonly passivePorts: PortRange | undefined;
  readonly trace: boolean;
}

/** The part of a range that worker `index` of `count` has to itself. */
export function partOf({ low, high }: PortRange, index: number, count: number): PortRange {
  const size = high - low + 1;
  const start = (at: number) => low + Math.floor((at * size) / count);
  return { low: start(index), high: start(index + 1) - 1 };
}
