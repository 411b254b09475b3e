import type { Endpoint } from '@duoport/protocol';

/** One command that a client gave, and what it was answered. Plain data. */
export interface AuditEntry {
  readonly session: number;
  readonly client: Endpoint;
  /** Who is logged in; undefined: nobody. */
  readonly user: string | undefined;
  /** Where the session has its control connection. */
  readonly server: Endpoint | undefined;
  /** The client's control connection is under TLS. */
  readonly secure: boolean;
  readonly verb: string;
  /** Path or whatever else stood behind the verb; `****` where its row says that it is secret. */
  readonly argument: string | undefined;
  /** Code of the last reply. */
  readonly code: number;
  /** Milliseconds to it. */
  readonly duration: number;
}

/**
 * Told every command that the gateway carries out or refuses. What is out of order (before the login, say) is refused by the
 * dialogue before it comes here, and reaches no server.
 */
export type Audit = (entry: AuditEntry) => void;
