import type { FirewallRequest, Place, Target } from '@duoport/firewall';

/** What the machine under test runs. `iptables-legacy`: the same rules, through the old kernel interface. */
export type FirewallKind = 'nftables' | 'iptables' | 'iptables-legacy' | 'ufw' | 'firewalld';

/** One firewall, one request, one proof. */
export interface ProofCase {
  readonly name: string;
  readonly firewall: FirewallKind;
  /** Where the rules go. `forward`: a box that forwards ports to the server; `masquerade`: clients are behind it. */
  readonly where: 'server' | 'client' | 'routed' | 'forward' | 'masquerade';
  readonly family: 4 | 6;
  readonly request: FirewallRequest;
  /** The administrator calls his chains otherwise. */
  readonly place?: Place | undefined;
  /** No client tries it: what the servers of the proof announce does not fit it. */
  readonly scanOnly?: boolean | undefined;
  /** Not applied and undone a second and third time: slow, and another case of the same firewall does it. */
  readonly onceOnly?: boolean | undefined;
}

/** The host of the network that the rules go to. */
export function machineOf({ where }: ProofCase): 'client' | 'box' | 'server' {
  if (where === 'server' || where === 'client') return where;
  return 'box';
}

export function targetOf({ firewall }: ProofCase): Target {
  return firewall === 'iptables-legacy' ? 'iptables' : firewall;
}

/** The kernel's helper sees a control connection under TLS as noise. */
export function needsRange({ request }: ProofCase): boolean {
  return request.helper !== true || request.tls === true;
}
