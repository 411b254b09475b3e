import type { Endpoint } from '@duoport/protocol';
import type { DataConnection } from './data-connection.ts';
import type { PortRange } from './port-pool.ts';
import type { TraceContext } from './trace.ts';

export interface DialOptions extends TraceContext {
  /** Source address; source port or range of ports to try from a random start. */
  readonly from?:
    | { readonly address?: string | undefined; readonly ports?: PortRange | number | undefined }
    | undefined;
  /** Milliseconds to be connected. Default: limits. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Opens a data connection. `options.side` is this end. Rejects with FTP_CONNECTION or FTP_TIMEOUT, channel `data`, phase `connect`. */
export function dial(_to: Endpoint, _options: DialOptions): Promise<DataConnection> {
  throw new Error('not yet');
}
