import type { Listening } from '@duoport/server';
import type { ServePlan } from './plan.ts';

/** A server that listens: in this process, or with workers. */
export interface RunningServer {
  readonly listening: readonly Listening[];
  readonly sessions: number;
  /** The plan for the sessions that come from now on; without listeners those that are there stay. When it rejects, nothing has changed. */
  reload(plan: ServePlan): Promise<void>;
  close(options: { readonly grace: number }): Promise<void>;
}
