import type { Topology } from './topology.ts';

/** Name of the client or the server of a topology. */
export function hostWithRole(topology: Topology, role: 'client' | 'server'): string {
  const found = topology.hosts.find((host) => host.role === role);
  if (found === undefined) throw new Error(`${topology.name} has no ${role}.`);
  return found.name;
}
