import type { Route } from '../upstream.ts';
import { hostOf } from './login-target.ts';
import { type NamedTargetOptions, namedTargets, refused } from './named-target.ts';

/**
 * Goes where the client asked its SOCKS proxy to go, which is this gateway (a listener with `socks`).
 * @throws FtpLocalError for an entry of `allow` that is none.
 */
export function forwardBySocks(options: NamedTargetOptions): Route {
  const goTo = namedTargets(options);
  return ({ target, secure }) => {
    const host = target && hostOf(target.host);
    if (host === undefined) return refused('Ask for the server by SOCKS');
    return goTo({ host, port: target?.port ?? 21, secure });
  };
}
