import type { HookEvent } from './hook-event.ts';

/** How a hook is called. */
export interface HookRunner {
  /** Resolves when the call is done; `signal`: it has to end now, and all that belongs to it. Rejects with a sentence part. */
  run(event: HookEvent, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** A call that took too long. */
export class TimedOut extends Error {}

/** Rejects with TimedOut after so many milliseconds, whatever the call does then. */
export async function within(timeout: number, call: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const ending = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new TimedOut(`it took longer than ${timeout / 1000} s and was ended`);
      reject(error);
      ending.abort(error);
    }, timeout);
  });
  try {
    await Promise.race([call(ending.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
