import { type AddressClass, classifyAddress, networkSet } from '@duoport/net';
import type { Route } from '../upstream.ts';
import { isOwnAddress } from './own-address.ts';
import { type TargetSettings, upstreamOf } from './target-settings.ts';

export interface TransparentOptions {
  /**
   * Networks of servers. Default: all. The gateway dials by itself, past what the firewall says of forwarded connections: where some
   * may not be reached by the clients, this must say so too.
   */
  readonly allow?: readonly string[] | undefined;
  readonly server?: TargetSettings | undefined;
}

/** No server is there, whatever the firewall steers here. */
const never: ReadonlySet<AddressClass> = new Set(['loopback', 'link-local', 'multicast', 'unspecified']);

/**
 * Goes where the client meant to go before the firewall steered it here. Never to this host: whoever dials the gateway itself would
 * have it dial itself.
 * @throws FtpLocalError for an entry of `allow` that is no network.
 */
export function transparent({ allow, server = {} }: TransparentOptions = {}): Route {
  const networks = allow && networkSet(allow);
  return ({ destination, secure, serverName = destination.address }) => {
    const { address, port } = destination;
    const refusal = (because: string) => ({ upstreams: [], refusal: because });
    if (isOwnAddress(address))
      return refusal('This is a gateway for connections to others: dial the server itself');
    if (never.has(classifyAddress(address)) || networks?.has(address) === false)
      return refusal(`This gateway does not go to ${address}`);
    return { upstreams: [upstreamOf(server, { host: serverName, address, port, secure })] };
  };
}
