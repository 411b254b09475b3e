import { clientActiveRange, clientShut } from './topologies/client-firewall.ts';
import { flat } from './topologies/flat.ts';
import { serverOnly21, serverRange, serverRouterOnly21 } from './topologies/server-firewall.ts';
import type { Topology } from './topology.ts';

/** Every topology, in the order of their numbers. */
export const topologies: readonly Topology[] = [
  ...flat,
  ...serverOnly21,
  serverRouterOnly21,
  serverRange,
  ...clientShut,
  clientActiveRange,
];

/** Throws when there is none, with the names that come nearest. */
export function findTopology(name: string): Topology {
  const found = topologies.find((one) => one.name === name);
  if (found !== undefined) return found;
  const word = name.split('-')[0] ?? '';
  const near = topologies.filter((one) => one.name.includes(word) || String(one.number) === name);
  const names = (near.length > 0 ? near : topologies).map((one) => one.name).join(', ');
  throw new Error(
    `There is no topology of that name. ${near.length > 0 ? 'Did you mean' : 'There are'}: ${names}`,
  );
}
