/** The request or the place makes no sense: the message names what is wrong and says what to write. */
export class FirewallError extends Error {
  override readonly name = 'FirewallError';
  readonly code = 'FIREWALL_REQUEST';
}

/** For checks in the middle of an expression. */
export function wrong(message: string): never {
  throw new FirewallError(message);
}
