import { setTimeout as sleep } from 'node:timers/promises';
import type { ChallengeDoor } from '@duoport/net';
import { printable } from '../printable.ts';
import type { Note } from '../seeing/journal.ts';
import type { Watch } from '../seeing/watch.ts';
import type { AcmePlan } from './acme-plan.ts';
import { keepCertificate, keptLife } from './acme-store.ts';
import { issue } from './issue.ts';
import { dueAt, pauseAfter } from './renewal.ts';

interface Keeping {
  readonly log: Pick<Watch, 'note'>;
  readonly door: ChallengeDoor;
  /** The kept certificate is another one. */
  renewed(): Promise<unknown>;
}

/** Clocks jump, and a timer cannot wait for months. Milliseconds. */
const longestNap = 3_600_000;

/**
 * Fetches a certificate where there is none, and a new one each time that two thirds of its life are over. Whatever fails is tried again,
 * later each time; the certificate that is there stays in use meanwhile.
 */
export function keepFetched(plan: AcmePlan, keeping: Keeping): AsyncDisposable {
  const stop = new AbortController();
  const kept = keep(plan, keeping, stop.signal).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  return {
    [Symbol.asyncDispose]: () => {
      stop.abort();
      return kept;
    },
  };
}

async function keep(plan: AcmePlan, keeping: Keeping, signal: AbortSignal): Promise<void> {
  const { log, door, renewed } = keeping;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const due = dueAt(await keptLife(plan), Math.random());
      await sleepUntil(due, signal);
      const { cert, key } = await issue(plan, door, signal);
      await keepCertificate(plan, cert, key);
      failures = 0;
      told(log, plan, { event: 'certificate-fetched' }, 'was fetched');
      await renewed();
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      const pause = pauseAfter(failures, Math.random());
      const message = error instanceof Error ? error.message : String(error);
      const minutes = Math.round(pause / 60_000);
      const again = new Date(Date.now() + pause).toISOString();
      const text = `could not be fetched: ${message}. It is tried again in ${minutes} minutes.`;
      told(log, plan, { event: 'certificate-failed', message, again }, text);
      await sleep(pause, undefined, { signal, ref: false });
    }
  }
}

async function sleepUntil(due: number, signal: AbortSignal): Promise<void> {
  for (let left = due - Date.now(); left > 0; left = due - Date.now())
    await sleep(Math.min(left, longestNap), undefined, { signal, ref: false });
}

function told(log: Keeping['log'], { names }: AcmePlan, note: Note, text: string): void {
  log.note(
    { ...note, names },
    `duoport: the certificate for ${printable(names.join(', '))} ${printable(text)}`,
  );
}
