import type { PortRange } from './request.ts';

/** One kind of TCP connection that must be let through, as the first SYN goes. */
export interface Flow {
  readonly id: 'control' | 'passive-data' | 'active-data';
  /** Who sends the first SYN. */
  readonly by: 'client' | 'server';
  /** Direction at the machine the rules are for: into it, out of it, or through it. */
  readonly direction: 'in' | 'out' | 'through';
  /** Networks or addresses of the sender; empty: any. Canonical texts. */
  readonly from: readonly string[];
  /** Networks or addresses of the receiver, behind any port forwarding; empty: any. */
  readonly to: readonly string[];
  /** Undefined: any. */
  readonly sourcePorts: PortRange | undefined;
  /** As the receiver has them, behind any port forwarding. */
  readonly destinationPorts: readonly PortRange[];
  /**
   * Set when a box forwards ports: what the sender dials for each of `destinationPorts`, in the same order and of the
   * same width.
   */
  readonly outsidePorts: readonly PortRange[] | undefined;
  /** `new`: a rule of its own. `related`: admitted by the conntrack helper that watches the control connection. */
  readonly state: 'new' | 'related';
  /** Why it is needed, one plain sentence part: stands as the comment of its rule. */
  readonly why: string;
}
