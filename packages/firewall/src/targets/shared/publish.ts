import { refuse } from '../../answer.ts';
import type { CheckedRequest } from '../../check.ts';
import type { Flow } from '../../flow.ts';
import type { Note, Refusal, Target } from '../../rules.ts';
import { ports, width } from '../../text.ts';
import { bracketed } from './address.ts';
import { gap } from './gap.ts';
import { comment } from './text.ts';

/** One published port or range: `21:21`, `192.0.2.1:50000-50100:50000-50100`. */
export interface Published {
  readonly text: string;
  readonly why: string;
}

/** Docker starts a process and writes several rules for every published port. */
const mostPublished = 1000;

/** The same number outside and inside: the server announces the ports that it listens on. */
export function published(flows: readonly Flow[]): readonly Published[] {
  return flows.flatMap((flow) =>
    flow.destinationPorts.flatMap((range) => {
      const span = ports(range);
      const hosts = flow.to.length === 0 ? [''] : flow.to.map((address) => `${bracketed(address)}:`);
      return hosts.map((host) => ({ text: `${host}${span}:${span}`, why: comment(flow.why) }));
    }),
  );
}

export function publishRefusal(
  target: Target,
  request: CheckedRequest,
  flows: readonly Flow[],
): Refusal | undefined {
  const inTheHost =
    'Publish the ports, and put the tighter rule into the chain DOCKER-USER of the host (target iptables, with that chain as the place for forwarding).';
  const refusal = gap(
    target,
    { request, flows },
    {
      product: 'Publishing a port of a container',
      through: 'Write rules for the system of the box itself: nftables or iptables.',
      helper: 'Leave the helper out and publish the ranges, or use the single-port mode of the server.',
      outgoing:
        'Containers dial out freely. To shut that, write rules for the host: nftables or iptables, side middle.',
      sourcePorts: inTheHost,
      peers: inTheHost,
    },
  );
  if (refusal !== undefined) return refusal;
  if (flows.some(({ to }) => to.some((network) => network.includes('/')))) {
    return refuse(
      target,
      'Docker publishes a port at one address of the host or at all of them, not at a network.',
      'Name the one address of the host, or none.',
    );
  }
  const count = flows
    .flatMap(({ destinationPorts }) => destinationPorts)
    .reduce((sum, range) => sum + width(range), 0);
  if (count <= mostPublished) return undefined;
  return refuse(
    target,
    `Docker needs a process and rules for every published port, and ${count} of them take minutes to start and memory without end.`,
    `Make the range smaller, to ${mostPublished} ports at most; a hundred carry about a hundred transfers at one time. Or run the container with the network of the host, or use the single-port mode.`,
  );
}

export function publishNotes(request: CheckedRequest): readonly Note[] {
  const notes: Note[] = [
    {
      code: 'docker-source-address',
      text: 'Clients on the host itself, and all clients over IPv6 where the container has none, reach the server through the userland proxy with an address of the bridge: the server then sees one and the same client. Rules for client networks cannot be had there.',
    },
  ];
  if (request.side === 'server' && request.modes.includes('passive')) {
    notes.push({
      code: 'docker-passive-address',
      text: 'The container knows only its address on the bridge: the server must be told the address of the host to announce in its 227 reply, and its passive range must be just the published one.',
    });
  }
  if (request.side === 'server' && request.modes.includes('active')) {
    notes.push({
      code: 'docker-active',
      text: 'What the server dials leaves with the address of the host and often with another source port than 20; a firewall that asks for port 20 needs the network of the host (--network host).',
    });
  }
  return notes;
}
