import { Resolver } from 'node:dns/promises';
import { FtpConnectionError } from '@duoport/protocol';
import { explainSocketError } from './socket-error.ts';

/** Where a service is, of one SRV record (RFC 2782). */
export interface ServiceRecord {
  readonly host: string;
  readonly port: number;
  /** Lower ones are to be used before higher ones. */
  readonly priority: number;
  readonly weight: number;
}

export type LookupServices = (name: string) => Promise<readonly ServiceRecord[]>;

/**
 * The SRV records of a name like `_ftp._tcp.example.org`, as they come; none, when the domain says that it has no such service. Rejects
 * with FTP_CONNECTION, phase `resolve`, within 10 seconds. `servers`: other DNS servers than the system's, `192.0.2.1:53`.
 */
export async function lookupServices(
  name: string,
  options: { readonly servers?: readonly string[] } = {},
): Promise<readonly ServiceRecord[]> {
  const resolver = new Resolver({ timeout: 2500, tries: 2 });
  if (options.servers !== undefined) resolver.setServers(options.servers);
  try {
    const found = await resolver.resolveSrv(name);
    // RFC 2782: a target of "." says that the service is decidedly not available.
    return found
      .filter((record) => record.name !== '' && record.name !== '.' && record.port > 0)
      .map(({ name: host, port, priority, weight }) => ({ host, port, priority, weight }));
  } catch (cause) {
    const text = `The name ${name} has no SRV record: ${explainSocketError(cause)}`;
    throw new FtpConnectionError(text, { channel: 'control', phase: 'resolve', peer: undefined, cause });
  }
}
