import { lookupHost } from '@duoport/net';
import { isFtpError } from '@duoport/protocol';
import type { Routed, Upstream } from '../upstream.ts';
import { allowedTargets } from './allowed-targets.ts';
import { type TargetSettings, upstreamOf } from './target-settings.ts';

/** Which servers clients may name, and how these are spoken to. */
export interface NamedTargetOptions {
  /** Networks and names: `203.0.113.0/24`, `ftp.example.org`, `*.example.org`, `*`. */
  readonly allow: readonly string[];
  readonly server?: TargetSettings | undefined;
  /** For tests. Default: the system's. */
  readonly lookup?: ((host: string) => Promise<readonly string[]>) | undefined;
}

interface Named {
  readonly host: string;
  readonly port: number;
  /** The client's control connection has TLS. */
  readonly secure: boolean;
}

/**
 * Names are looked up here and judged by their addresses, and an address that was judged is dialled: the name cannot stand for another one
 * in between.
 */
export function namedTargets({
  allow,
  server = {},
  lookup = lookupHost,
}: NamedTargetOptions): (named: Named) => Promise<Routed> {
  const targets = allowedTargets(allow);
  return async ({ host, port, secure }) => {
    let objection = 'the name has no address';
    const upstreams: Upstream[] = [];
    for (const address of await addressesOf(host, lookup)) {
      const because = targets.objection({ host, address, port });
      if (because === undefined) upstreams.push(upstreamOf(server, { host, address, port, secure }));
      else objection = because;
    }
    return upstreams.length > 0 ? { upstreams } : refused(`${host}: ${objection}`);
  };
}

export function refused(refusal: string): Routed {
  return { upstreams: [], refusal };
}

async function addressesOf(
  host: string,
  lookup: (host: string) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  try {
    return await lookup(host);
  } catch (error) {
    if (isFtpError(error)) return [];
    throw error;
  }
}
