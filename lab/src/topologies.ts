import { clientActiveRange, clientRouterShut, clientShut } from './topologies/client-firewall.ts';
import {
  clientNat,
  clientNatHelper,
  clientNatHelper2121,
  clientNatHelperTls,
  natForgetsIdle,
} from './topologies/client-nat.ts';
import { flat } from './topologies/flat.ts';
import { fourFirewalls } from './topologies/four-firewalls.ts';
import { fromTheLan } from './topologies/hairpin.ts';
import { middleBox } from './topologies/middle-box.ts';
import { relayed } from './topologies/relay.ts';
import {
  serverOnly21,
  serverOnly21Ipv6,
  serverRange,
  serverRouterOnly21,
} from './topologies/server-firewall.ts';
import { forward21, forwardWithRange, helperMasquerade, portMapped } from './topologies/server-nat.ts';
import { sourcePort } from './topologies/source-port.ts';
import type { Topology } from './topology.ts';

/** Every topology, in the order of their numbers. */
export const topologies: readonly Topology[] = [
  ...flat,
  ...serverOnly21,
  serverOnly21Ipv6,
  serverRouterOnly21,
  serverRange,
  ...clientShut,
  clientRouterShut,
  ...fourFirewalls,
  clientActiveRange,
  clientNat,
  clientNatHelper,
  clientNatHelper2121,
  clientNatHelperTls,
  ...forward21,
  forwardWithRange,
  ...fromTheLan,
  ...middleBox,
  ...relayed,
  ...sourcePort,
  ...portMapped,
  natForgetsIdle,
  helperMasquerade,
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
