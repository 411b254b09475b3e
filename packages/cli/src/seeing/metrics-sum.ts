import { AggregatorRegistry } from 'prom-client';
import type { MetricsRead } from './counting.ts';

/** Adds the numbers of processes up. What one that is gone has counted stays counted: counters never go back. */
export class MetricsSum {
  /** Last read of each process that is there. */
  #present: ReadonlyMap<number, MetricsRead> = new Map();
  #gone: MetricsRead = [];

  /** The text for Prometheus. `reads`: by the number of the process. */
  async text(reads: ReadonlyMap<number, MetricsRead>): Promise<string> {
    const over = [...this.#present]
      .filter(([process]) => !reads.has(process))
      .map(([, read]) => growing(read));
    if (over.length > 0) this.#gone = await added([this.#gone, ...over]).getMetricsAsJSON();
    this.#present = reads;
    return await added([...reads.values(), this.#gone]).metrics();
  }
}

function added(reads: readonly MetricsRead[]) {
  return AggregatorRegistry.aggregate(reads.filter((read) => read.length > 0).map((read) => [...read]));
}

/** A process that is gone has no sessions and no memory any more. */
function growing(read: MetricsRead): MetricsRead {
  return read.filter(({ type }) => String(type) === 'counter' || String(type) === 'histogram');
}
