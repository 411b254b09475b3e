import type { DataShut, SessionView } from '@duoport/server';
import type { MetricsRead } from '../seeing/counting.ts';
import { type CallChannel, remoteService } from './calls.ts';
import type { Duty } from './messages.ts';

/** What the first process asks a worker. Methods are async, and take and give plain data. A new one is a line here, and one in each of the two. */
export interface WorkerServices {
  readonly duties: {
    /** New settings for new sessions. When it rejects, nothing has changed. */
    change(duty: Duty): Promise<void>;
    /** Data ports that nobody needs are given up: others have them. */
    shrink(): Promise<void>;
  };
  readonly seeing: WorkerSight;
}

/** What there is to be seen of the sessions of a worker. */
export interface WorkerSight {
  look(): Promise<readonly SessionView[]>;
  /** Resolves with the numbers of those that there were. */
  kick(sessions: ReadonlySet<number>): Promise<readonly number[]>;
  shut(): Promise<readonly DataShut[]>;
  /** None where nobody counts. */
  counted(): Promise<MetricsRead>;
}

/** Those of this worker; each is made from what the worker knows. */
export function workerServices(known: WorkerServices): WorkerServices {
  return known;
}

/** Those of a worker, as the first process sees them. */
export function remoteWorkerServices(channel: CallChannel): WorkerServices {
  return { duties: remoteService(channel, 'duties'), seeing: remoteService(channel, 'seeing') };
}
