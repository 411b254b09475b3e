import { networkInterfaces } from 'node:os';
import { DirectListener, isSpecialUse } from '@duoport/net';
import { type Endpoint, endpoint } from '@duoport/protocol';

export interface DirectOptions {
  /**
   * Addresses at which this machine can be dialled from outside: its own public ones, or those of a NAT that maps the port. `own`: the
   * public ones of its network interfaces, IPv6 in general.
   */
  readonly addresses: 'own' | readonly string[];
  /** Default: a free one. */
  readonly port?: number | undefined;
  /**
   * Long transfers that are in the clear between client and relay may move to a connection beside the line that is not under TLS. Linux, with
   * koffi. Default false.
   */
  readonly clear?: boolean | undefined;
}

/** Where the relay may dial this agent: a listener, and the places that lead to it. */
export interface DirectPlaces {
  readonly listener: DirectListener;
  readonly places: readonly Endpoint[];
}

/** Undefined when there is no address to name: then nothing is listened on. */
export async function openDirectPlaces({
  addresses,
  port = 0,
  clear,
}: DirectOptions): Promise<DirectPlaces | undefined> {
  const named = addresses === 'own' ? ownPublicAddresses() : addresses;
  if (named.length === 0) return undefined;
  const listener = await DirectListener.listen({ port, clear });
  return { listener, places: named.map((address) => endpoint(address, listener.port)) };
}

function ownPublicAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((list) => list?.map(({ address }) => address) ?? [])
    .filter((address) => !isSpecialUse(address));
}
