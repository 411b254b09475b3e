import type { Listening } from '@duoport/server';

/** A server that listens: in this process, or with workers. */
export interface RunningServer {
  readonly listening: readonly Listening[];
  readonly sessions: number;
  close(options: { readonly grace: number }): Promise<void>;
}
