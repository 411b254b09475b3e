/** How many operations were done in how many seconds. */
export interface Pace {
  readonly operations: number;
  readonly seconds: number;
}

/** A worker does one operation a call; `close` ends its session. */
export interface Worker {
  once(): Promise<void>;
  close(): void | Promise<void>;
}

/** How long to warm up and how long to count, in milliseconds. */
export interface Span {
  readonly warm: number;
  readonly count: number;
}

/**
 * Runs the workers side by side, each as fast as it can. Only operations that end inside the counted span are counted;
 * the first error of any worker fails the whole measurement.
 */
export async function paced(workers: readonly Worker[], span: Span): Promise<Pace> {
  const begin = performance.now() + span.warm;
  const end = begin + span.count;
  let operations = 0;
  let stopped = false;
  const run = async (worker: Worker) => {
    for (;;) {
      await worker.once();
      const now = performance.now();
      if (now >= end || stopped) return;
      if (now >= begin) operations += 1;
    }
  };
  try {
    await Promise.all(workers.map(run));
  } finally {
    stopped = true;
    await Promise.allSettled(workers.map((worker) => worker.close()));
  }
  return { operations, seconds: span.count / 1000 };
}
