import type { PortRange } from '@duoport/firewall';
import { contains, parseNetwork } from '../addresses.ts';
import { needsRange, type ProofCase } from './case.ts';
import { places, ports } from './network.ts';

/** The first packet of a TCP connection, as it comes to the firewall. */
export interface Syn {
  /** Into the machine under test, out of it, or through it. */
  readonly direction: 'in' | 'out' | 'through';
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly port: number;
}

/** The port of the administrator's own rule, which only the stranger may use. */
export const ownPort = 2222;

/**
 * Whether the packet must get through once the rules are there, and as what. Written from what FTP needs and from nothing
 * of the firewall package: the proof would prove nothing if it asked the generator. Undefined: it must be dropped.
 */
export function passesAs(
  one: ProofCase,
  syn: Syn,
): { readonly address: string; readonly port: number } | undefined {
  const inside = translated(one, syn);
  if (inside === undefined) return undefined;
  const here = { address: inside.destination, port: inside.port };
  if (inside.direction !== 'out' && syn.source === strangerOf(one) && inside.port === ownPort) return here;
  // Behind a box that translates, whoever dials an inner address itself has not been asked for.
  const asDialled = inside.destination === syn.destination;
  const byClient = fromClient(one, inside) && !(asDialled && one.where === 'forward');
  const byServer = fromServer(one, inside) && !(asDialled && one.where === 'masquerade');
  return byClient || byServer ? here : undefined;
}

function strangerOf({ family }: ProofCase): string {
  return family === 4 ? places.stranger.ipv4 : places.stranger.ipv6;
}

const boxAddresses: readonly string[] = [places.outside.ipv4, places.inside.ipv4];

/** Port forwarding, before any filter: what is for the box and is not forwarded stays for the box. */
function translated(one: ProofCase, syn: Syn): Syn | undefined {
  const { request } = one;
  if (request.nat?.kind === 'forward') {
    const { server, portOffset = 0, publicControlPorts, publicAddress } = request.nat;
    // Without a public address every address of the box is meant.
    const dialled = publicAddress === undefined ? boxAddresses : [publicAddress];
    if (!dialled.includes(syn.destination) || !within(request.clients, syn.source)) return syn;
    const controlPort = publicControlPorts?.[0] ?? ports.control;
    if (syn.port === controlPort)
      return { ...syn, direction: 'through', destination: server, port: ports.control };
    const port = syn.port - portOffset;
    const passive = request.modes.includes('passive') && request.singlePort !== true && needsRange(one);
    if (passive && inRange(port, request.passivePorts))
      return { ...syn, direction: 'through', destination: server, port };
  }
  const client = request.clients?.[0];
  if (one.where === 'masquerade' && syn.destination === places.inside.ipv4 && client !== undefined) {
    const active =
      request.modes.includes('active') && needsRange(one) && inRange(syn.port, request.activePorts);
    const known = within(request.servers, syn.source);
    const from = request.sourcePort === undefined || syn.sourcePort === request.sourcePort;
    if (active && known && from) return { ...syn, direction: 'through', destination: client };
  }
  return syn;
}

/** The control connection and, in passive mode, the data connection. */
function fromClient(one: ProofCase, syn: Syn): boolean {
  const { request } = one;
  if (syn.direction !== { server: 'in', client: 'out', middle: 'through' }[request.side]) return false;
  const server = request.nat?.kind === 'forward' ? [request.nat.server] : request.servers;
  if (!within(request.clients, syn.source) || !within(server, syn.destination)) return false;
  if (syn.port === ports.control) return true;
  const passive = request.modes.includes('passive') && request.singlePort !== true && needsRange(one);
  return passive && inRange(syn.port, request.passivePorts);
}

/** In active mode, the data connection. */
function fromServer(one: ProofCase, syn: Syn): boolean {
  const { request } = one;
  if (syn.direction !== { server: 'out', client: 'in', middle: 'through' }[request.side]) return false;
  if (!request.modes.includes('active') || !needsRange(one)) return false;
  const server = request.nat?.kind === 'forward' ? [request.nat.server] : request.servers;
  if (!within(server, syn.source) || !within(request.clients, syn.destination)) return false;
  if (request.sourcePort !== undefined && syn.sourcePort !== request.sourcePort) return false;
  return inRange(syn.port, request.activePorts ?? { low: 1024, high: 65535 });
}

function within(list: readonly string[] | undefined, address: string): boolean {
  if (list === undefined || list.length === 0) return true;
  return list.some((text) => (text.includes('/') ? contains(parseNetwork(text), address) : text === address));
}

function inRange(port: number, range: PortRange | undefined): boolean {
  return range !== undefined && port >= range.low && port <= range.high;
}
