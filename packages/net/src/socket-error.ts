/** Node's error code, e.g. ECONNREFUSED. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** What a failed connect or listen means, and what to try. */
export function explainSocketError(error: unknown): string {
  switch (errorCode(error)) {
    case 'ECONNREFUSED':
      return 'connection refused: nothing listens on that port, or a firewall rejects it';
    case 'ETIMEDOUT':
      return 'no answer: a firewall on the way drops the connection';
    case 'EHOSTUNREACH':
      return 'host unreachable: no route, or a firewall rejects it';
    case 'ENETUNREACH':
      return 'network unreachable: this machine has no route to that network';
    case 'ECONNRESET':
      return 'reset by the peer: something on the way accepts connections and drops them';
    case 'EADDRINUSE':
      return 'the port is in use: stop the other program or choose another port';
    case 'EADDRNOTAVAIL':
      return 'the address is not one of this machine, or the port is still held by an earlier connection';
    case 'EACCES':
    case 'EPERM':
      return 'not permitted: ports below 1024 need a privilege (CAP_NET_BIND_SERVICE), or a firewall forbids it';
    case 'ENOTFOUND':
      return 'no such host name';
    case 'EAI_AGAIN':
      return 'the name server does not answer';
    case 'EMFILE':
    case 'ENFILE':
      return 'no more file descriptors: raise the limit (ulimit -n)';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
