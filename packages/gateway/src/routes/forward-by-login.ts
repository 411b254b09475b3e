import type { Route } from '../upstream.ts';
import { loginTarget } from './login-target.ts';
import { type NamedTargetOptions, namedTargets, refused } from './named-target.ts';

/**
 * Goes where the login says: `USER name@host[:port]`.
 * @throws FtpLocalError for an entry of `allow` that is none.
 */
export function forwardByLogin(options: NamedTargetOptions): Route {
  const goTo = namedTargets(options);
  return async ({ user: said, secure }) => {
    if (said === undefined) return undefined;
    const target = loginTarget(said);
    if (target === undefined) return refused('Say USER name@host: the login names the server');
    const { user, host, port = 21 } = target;
    const routed = await goTo({ host, port, secure });
    return routed.refusal === undefined ? { ...routed, user } : routed;
  };
}
