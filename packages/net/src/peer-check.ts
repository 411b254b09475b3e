import { classifyAddress, type NetworkSet, plainAddress, samePrefix } from './address-class.ts';

/**
 * How the other end of a data connection may differ from the other end of the control connection.
 * `exact`: the same address. `prefix`: the same network of that many leading bits. `networks`: the same address, or one of
 * these networks. `tls`: any address, provided that TLS proves the binding. `any`: anybody (FXP, promiscuous).
 */
export type PeerPolicy =
  | { readonly kind: 'exact' }
  | { readonly kind: 'prefix'; readonly bits4: number; readonly bits6: number }
  | { readonly kind: 'networks'; readonly networks: NetworkSet }
  | { readonly kind: 'tls' }
  | { readonly kind: 'any' };

export interface PeerFacts {
  /** Textual address of the control connection's peer. */
  readonly control: string;
  /** Textual address of the data connection's peer: the one that came, or the one to dial. */
  readonly data: string;
  /** Port to dial. Undefined for a connection that came in: its port is not restricted. */
  readonly port?: number | undefined;
}

/** `proof`: accept only if TLS then proves the binding (`startTls` with a session whose binding is `require`). */
export interface PeerVerdict {
  readonly verdict: 'accept' | 'proof' | 'refuse';
  /** A sentence part for logs and replies, e.g. `10.0.0.9 is not the control connection's peer 10.0.0.7`. */
  readonly because: string;
}

/** Judges before anything is dialled or sent (RFC 2577 §3: bounce; never a port below 1024, never somebody's inner network). */
export function checkPeer(policy: PeerPolicy, facts: PeerFacts): PeerVerdict {
  const { port } = facts;
  if (port !== undefined && (port < 1024 || port > 65_535)) {
    return refuse(`port ${port} is none for data: only 1024 to 65535 are dialled`);
  }
  const control = plainAddress(facts.control);
  const data = plainAddress(facts.data);
  if (control === data) return accept("the same address as the control connection's peer");
  return dialsInside(control, data, port) ?? byPolicy(policy, control, data);
}

/** A stranger's word must not make us dial into a network that it is not in itself. */
function dialsInside(control: string, data: string, port: number | undefined): PeerVerdict | undefined {
  const kind = classifyAddress(data);
  if (port === undefined || kind === 'public' || kind === classifyAddress(control)) return undefined;
  return refuse(`${data} is a ${kind} address and the control connection's peer ${control} is not`);
}

function byPolicy(policy: PeerPolicy, control: string, data: string): PeerVerdict {
  const differs = `${data} is not the control connection's peer ${control}`;
  switch (policy.kind) {
    case 'exact':
      return refuse(differs);
    case 'prefix':
      return samePrefix(control, data, policy)
        ? accept(`in the same network as the control connection's peer ${control}`)
        : refuse(`${differs} and not in its network`);
    case 'networks':
      return policy.networks.has(data)
        ? accept('in a trusted network')
        : refuse(`${differs} and in none of the trusted networks`);
    case 'tls':
      return { verdict: 'proof', because: `${differs}: TLS must prove that they belong together` };
    case 'any':
      return accept('any peer is allowed');
  }
}

function accept(because: string): PeerVerdict {
  return { verdict: 'accept', because };
}

function refuse(because: string): PeerVerdict {
  return { verdict: 'refuse', because };
}
