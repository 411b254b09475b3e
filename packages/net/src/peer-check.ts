import type { NetworkSet } from './address-class.ts';

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
export function checkPeer(_policy: PeerPolicy, _facts: PeerFacts): PeerVerdict {
  throw new Error('not yet');
}
