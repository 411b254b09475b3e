import type { Route } from '../upstream.ts';
import { hostOf } from './login-target.ts';
import { type NamedTargetOptions, namedTargets, refused } from './named-target.ts';

/**
 * Goes to the server that the client asks for in its TLS handshake (SNI), at the port that it dialled: for names that lead to this gateway
 * where the clients are, and to the servers where the gateway is.
 * @throws FtpLocalError for an entry of `allow` that is none.
 */
export function forwardBySni(options: NamedTargetOptions): Route {
  const goTo = namedTargets(options);
  return ({ serverName, secure, user, destination: { port } }) => {
    const host = serverName && hostOf(serverName);
    if (host !== undefined) return goTo({ host, port, secure });
    return user === undefined
      ? undefined
      : refused('Use AUTH TLS: the name in the handshake (SNI) names the server');
  };
}
