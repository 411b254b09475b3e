import type { PortRange } from './request.ts';

/** One kind of TCP connection that must be let through, as the first SYN goes. */
export interface Flow {
  readonly id: 'control' | 'passive-data' | 'active-data';
  /** Who sends the first SYN. */
  readonly by: 'client' | 'server';
  /** Direction at the machine the rules are for: into it, out of it, or through it. */
  readonly direction: 'in' | 'out' | 'through';
  /** Networks or addresses of the sender; empty: any. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** Undefined: any. */
  readonly sourcePorts: PortRange | undefined;
  readonly destinationPorts: readonly PortRange[];
  /** `new`: a rule of its own. `related`: admitted by the conntrack helper that watches the control connection. */
  readonly state: 'new' | 'related';
  /** Why it is needed, one plain sentence part: stands as the comment of its rule. */
  readonly why: string;
}
