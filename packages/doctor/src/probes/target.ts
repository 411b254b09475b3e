import { classifyAddress, samePrefix } from '@duoport/net';

/** What a server's word is judged by before it makes us dial. */
export interface TargetFacts {
  readonly announced: { readonly address: string; readonly port: number };
  /** The server's end of the control connection. */
  readonly control: { readonly address: string; readonly port: number };
  /** All addresses of this machine. */
  readonly machine: readonly string[];
  /** The user says that the server may name inner networks. */
  readonly trusting?: boolean | undefined;
}

/**
 * Why a port that a server announced must not be dialled; undefined: it may. A server could make the doctor knock at this machine's own
 * services, at the metadata service of a cloud, or at machines of an inner network that it cannot reach itself (RFC 2577).
 */
export function mustNotDial({ announced, control, machine, trusting }: TargetFacts): string | undefined {
  const { address, port } = announced;
  const isControlPort = address === control.address && port === control.port;
  if (port < 1024 && !isControlPort) return `port ${port} belongs to another service`;
  if (address === control.address) return undefined;
  const kind = classifyAddress(address);
  if (machine.includes(address) || kind === 'loopback') return `${address} is this machine`;
  if (kind === 'unspecified' || kind === 'multicast' || kind === 'reserved') return `${address} is no host`;
  if (kind === 'link-local') return `${address} is a link-local address`;
  // Documentation addresses are nobody's: laboratories use them as public ones.
  if (kind === 'public' || kind === 'documentation') return undefined;
  if (trusting) return undefined;
  if (kind === classifyAddress(control.address) && samePrefix(address, control.address, neighbours))
    return undefined;
  return `${address} lies in an inner network (${kind})`;
}

/** A server may well have a second address beside its first. */
const neighbours = { bits4: 24, bits6: 64 };
