import type { RawStream } from '@duoport/net';
import type { Endpoint } from '@duoport/protocol';
import type { Fleet } from '../fleet/fleet.ts';
import type { GatewayLog } from '../log.ts';
import type { Route } from '../upstream.ts';
import type { Echoes } from './echoes.ts';
import type { PassedServer } from './pass-options.ts';
import type { TicketBook } from './ticket-book.ts';
import type { Visitors } from './visitors.ts';

/** What all connections of one gateway that passes TLS through have in common. */
export interface PassContext {
  readonly servers: readonly PassedServer[];
  readonly route: Route;
  readonly singlePort: boolean;
  readonly fleet: Fleet;
  readonly visitors: Visitors;
  /** Another process has the data ports: whether clients are busy is not known here. */
  dataElsewhere: boolean;
  readonly tickets: TicketBook;
  readonly echoes: Echoes;
  readonly greeting: string;
  /** Says in the greeting which gateway this is. */
  readonly mark: string;
  readonly connectTimeout: number;
  readonly replyTimeout: number;
  readonly idleTimeout: number;
  readonly log: GatewayLog;
}

/** A connection to a server, ready for the client's TLS. */
export interface ReachedServer {
  readonly server: PassedServer;
  readonly stream: RawStream;
  readonly peer: Endpoint;
  /** Our end: data connections must come from the same address. */
  readonly local: Endpoint;
}
