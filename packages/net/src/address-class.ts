/** What kind of network an address belongs to (IANA special-purpose registries, RFC 6890). */
export type AddressClass =
  | 'public'
  | 'private'
  | 'loopback'
  | 'link-local'
  | 'cgnat'
  | 'multicast'
  | 'documentation'
  | 'unspecified'
  | 'reserved';

/** Networks to compare addresses with. */
export interface NetworkSet {
  has(address: string): boolean;
  readonly text: readonly string[];
}

/** `10.0.0.0/8`, `2001:db8::/32`, single addresses. Throws FTP_LOCAL_PROTOCOL naming the text that is none. */
export function networkSet(_networks: readonly string[]): NetworkSet {
  throw new Error('not yet');
}

/** IPv4-mapped IPv6 addresses count as IPv4. Anything that is not an address is `reserved`. */
export function classifyAddress(_address: string): AddressClass {
  throw new Error('not yet');
}

/** Everything but `public`. */
export function isSpecialUse(address: string): boolean {
  return classifyAddress(address) !== 'public';
}
