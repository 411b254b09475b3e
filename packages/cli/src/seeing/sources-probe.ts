import { printable } from '../printable.ts';
import type { ServePlan } from '../serve/plan.ts';
import { sourceFault } from '../serve/sources.ts';

/** Milliseconds that an answer holds, and that one may take. */
const fresh = 2000;
const patience = 3000;

/** Asks the sources of accounts whether they are there, not more often than there is need. */
export class SourcesProbe {
  #last: { readonly at: number; readonly answer: Promise<readonly string[]> } | undefined;

  /** Which of them cannot be asked now. Why may name hosts and users: that is for the log. */
  async faults({ sources }: ServePlan): Promise<readonly string[]> {
    const now = performance.now();
    if (this.#last === undefined || now - this.#last.at > fresh)
      this.#last = { at: now, answer: Promise.all(sources.map(fault)).then((all) => all.flat()) };
    return await this.#last.answer;
  }
}

async function fault(source: ServePlan['sources'][number]): Promise<readonly string[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, patience, 'late');
  });
  try {
    const found = await Promise.race([sourceFault(source), late]);
    return found === undefined ? [] : [`the accounts of ${printable(source.shown)} cannot be asked`];
  } finally {
    clearTimeout(timer);
  }
}
