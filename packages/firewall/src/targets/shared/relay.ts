import { refuse } from '../../answer.ts';
import type { CheckedRequest } from '../../check.ts';
import type { Flow } from '../../flow.ts';
import { familyOf } from '../../network.ts';
import type { Note, Refusal, Target } from '../../rules.ts';
import { type PortPair, portPairs } from './forward.ts';
import { comment } from './text.ts';

/** What a TCP proxy in front of the server takes in and hands on. */
export interface Relay {
  readonly id: Flow['id'];
  readonly why: string;
  /** Empty: everybody. */
  readonly clients: readonly string[];
  /** Where to listen: an address, or the word for any address of the server's family. */
  readonly address: string;
  readonly server: string;
  readonly pairs: readonly PortPair[];
}

export function relays(request: CheckedRequest, flows: readonly Flow[]): readonly Relay[] {
  const { nat } = request;
  if (nat?.kind !== 'forward') return [];
  const { server } = nat;
  const family = familyOf(server);
  return flows.map((flow) => ({
    id: flow.id,
    why: comment(flow.why),
    clients: flow.from.filter((network) => familyOf(network) === family),
    address: nat.publicAddress ?? (family === 4 ? '0.0.0.0' : '::'),
    server,
    pairs: portPairs(flow),
  }));
}

export function relayRefusal(target: Target, product: string, request: CheckedRequest): Refusal | undefined {
  if (request.side !== 'middle' || request.nat?.kind !== 'forward') {
    return refuse(
      target,
      `${product} is a proxy in front of a server: it takes connections in at its own address and dials the server itself.`,
      'Ask for side middle with port forwarding, and name the server behind it. For packets that pass through, ask for nftables or iptables.',
    );
  }
  if (request.modes.includes('active')) {
    return refuse(
      target,
      `${product} hands on connections of the clients only; in active mode the server dials the client, past the proxy, and to an address that is not where its control connection comes from.`,
      'Ask for passive mode alone, or forward packets instead of connections: nftables or iptables.',
    );
  }
  if (!request.helper) return undefined;
  return refuse(
    target,
    `${product} does not read the control connection, so it cannot know which data connections are announced there.`,
    'Leave the helper out and relay the passive range, or use the single-port mode of the server.',
  );
}

export const relayNotes: readonly Note[] = [
  {
    code: 'relay-peer-address',
    text: 'The server sees the address of the proxy as every client: its check that control and data come from one address still passes but tells clients apart no longer, and its limits for each address count all of them together.',
  },
];
