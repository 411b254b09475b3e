import { KeptRates, type Rates } from '@duoport/net';
import type { Guard, Usage } from '@duoport/server';
import { type CallChannel, remoteService } from './calls.ts';

/**
 * What must be exact over all sessions, whichever process runs them: the first process has it, and workers call it there. Methods are async,
 * and take and give plain data. A new one is a line in each of the three.
 */
export interface SharedServices {
  readonly rates: Rates;
  readonly usage: Usage;
  /** Of logins, offences and the sessions of users. */
  readonly guard: Guard;
}

/** Those of this process. */
export function sharedServices({ usage, guard }: Pick<SharedServices, 'usage' | 'guard'>): SharedServices {
  return { rates: new KeptRates(), usage, guard };
}

/** Those of the first process, as a worker sees them. */
export function remoteServices(channel: CallChannel): SharedServices {
  return {
    rates: remoteService(channel, 'rates'),
    usage: remoteService(channel, 'usage'),
    guard: remoteService(channel, 'guard'),
  };
}
