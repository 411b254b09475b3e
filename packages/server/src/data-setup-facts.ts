import type { TlsSession, Trace } from '@duoport/net';
import type { Endpoint } from '@duoport/protocol';
import type { DataFailure } from './data-story.ts';
import type { DataTrouble } from './data-view.ts';
import type { Settings } from './settings.ts';

/** Both ends of a connection. */
export interface Ends {
  readonly peer: Endpoint;
  readonly local: Endpoint;
  /** What the client dialled, where a proxy in front has said so. */
  readonly destination?: Endpoint | undefined;
}

/** The session facts that data connections are made from. */
export interface DataSetupFacts {
  readonly settings: Settings;
  /** The control connection. */
  readonly control: Ends;
  readonly trace: Trace | undefined;
  /** The TLS that a data connection would have now: PROT may change it. */
  dataTls(): TlsSession | undefined;
  /** The client, or whoever came to a port that is not his, did what a ban may come of. */
  offended(offence: 'wrong-peer' | 'bounce', who?: Endpoint): void;
  /** Counts leases against the session that holds them. */
  readonly session: object;
  /** A data connection that was agreed on came about, or could not: then it says why, probably. */
  outcome(
    of: { readonly opened: 'passive' | 'active' } | { readonly failure: DataFailure },
  ): DataTrouble | undefined;
}
