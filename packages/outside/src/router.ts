import { addressTowards } from '@duoport/net';
import { endpoint } from '@duoport/protocol';
import { defaultRouter } from './default-router.ts';
import { NatPmp } from './nat-pmp.ts';
import { Pcp } from './pcp.ts';
import { Upnp } from './upnp.ts';

/** What is spoken with a router. */
export type RouterProtocol = 'pcp' | 'nat-pmp' | 'upnp';

export const routerProtocols: readonly RouterProtocol[] = ['pcp', 'nat-pmp', 'upnp'];

/** A router that opens ports when it is asked to. TCP ports, the same on both sides. */
export interface Router {
  /** How it is spoken with. */
  readonly name: string;
  /** The address that the outside has to dial. */
  externalAddress(signal?: AbortSignal): Promise<string>;
  /** Opens a port for `lifetime` seconds; returns for how many it is open. */
  map(port: number, lifetime: number, signal?: AbortSignal): Promise<number>;
  unmap(port: number, signal?: AbortSignal): Promise<void>;
}

/** RFC 6886 §1.1 and RFC 6887 §19: both at the router itself. */
const controlPort = 5351;

export interface RouterChoice {
  /** Default: the one that everything else goes to. */
  readonly address?: string | undefined;
  /** Only this one. Default: each in turn, PCP first. */
  readonly protocol?: RouterProtocol | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The routers that could be asked, in the order in which they should be.
 * @throws Error, a sentence, where this machine does not know its router.
 */
export async function* routers({
  address,
  protocol,
  signal,
}: RouterChoice = {}): AsyncGenerator<() => Promise<Router>> {
  const host = address ?? (await defaultRouter());
  if (host === undefined)
    throw new Error('This machine does not say which router it has: name it in router.address.');
  const at = endpoint(host, controlPort);
  const inside = await addressTowards(at);
  const ways: Readonly<Record<RouterProtocol, () => Promise<Router>>> = {
    pcp: async () => new Pcp(at),
    'nat-pmp': async () => new NatPmp(at),
    upnp: () => Upnp.find(inside, { router: host, signal }),
  };
  for (const way of protocol === undefined ? routerProtocols : [protocol]) yield ways[way];
}
