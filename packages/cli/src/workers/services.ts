import { KeptRates, type Rates } from '@duoport/net';
import { type CallChannel, remoteService } from './calls.ts';

/**
 * What must be exact over all sessions, whichever process runs them: the first process has it, and workers call it there. Methods are async,
 * and take and give plain data. A new one is a line in each of the three.
 */
export interface SharedServices {
  readonly rates: Rates;
}

/** Those of this process. */
export function sharedServices(): SharedServices {
  return { rates: new KeptRates() };
}

/** Those of the first process, as a worker sees them. */
export function remoteServices(channel: CallChannel): SharedServices {
  return { rates: remoteService(channel, 'rates') };
}
