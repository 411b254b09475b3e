import { lookupHost } from '@duoport/net';
import { isFtpError } from '@duoport/protocol';
import type { Route, Routed, Upstream } from '../upstream.ts';
import { allowedTargets } from './allowed-targets.ts';
import { loginTarget } from './login-target.ts';
import { type TargetSettings, upstreamOf } from './target-settings.ts';

export interface ForwardByLoginOptions {
  /** Networks and names: `203.0.113.0/24`, `ftp.example.org`, `*.example.org`, `*`. */
  readonly allow: readonly string[];
  readonly server?: TargetSettings | undefined;
  /** For tests. Default: the system's. */
  readonly lookup?: ((host: string) => Promise<readonly string[]>) | undefined;
}

/**
 * Goes where the login says: `USER name@host[:port]`. Names are looked up here and judged by their addresses, and an address that was
 * judged is dialled: the name cannot stand for another one in between.
 * @throws FtpLocalError for an entry of `allow` that is none.
 */
export function forwardByLogin({ allow, server = {}, lookup = lookupHost }: ForwardByLoginOptions): Route {
  const targets = allowedTargets(allow);
  return async ({ user: said, secure }) => {
    if (said === undefined) return undefined;
    const target = loginTarget(said);
    if (target === undefined) return refused('Say USER name@host: the login names the server');
    const { user, host, port = 21 } = target;
    const found = await addressesOf(host, lookup);
    let objection: string | undefined;
    const upstreams: Upstream[] = [];
    for (const address of found) {
      const because = targets.objection({ host, address, port });
      if (because === undefined) upstreams.push(upstreamOf(server, { host, address, port, secure }));
      else objection = because;
    }
    if (upstreams.length === 0) return refused(`${host}: ${objection ?? 'the name has no address'}`);
    return { upstreams, user };
  };
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

function refused(refusal: string): Routed {
  return { upstreams: [], refusal };
}
