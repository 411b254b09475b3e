import type { CheckedRequest } from '../../check.ts';
import type { Flow } from '../../flow.ts';
import { controlFlow } from '../../needed-flows.ts';
import { familyOf } from '../../network.ts';
import type { PortRange } from '../../request.ts';
import { type Pair, pairsOf } from './pairs.ts';

/** A rule before routing: what the outside dials becomes the machine behind the box. */
export interface DestinationRule {
  readonly family: 4 | 6;
  readonly from: readonly string[];
  /** The address that is dialled; undefined: any that the box itself has. */
  readonly dialled: string | undefined;
  /** Undefined: whichever it comes in by. */
  readonly inInterface: string | undefined;
  readonly sourcePorts: PortRange | undefined;
  readonly outside: PortRange;
  readonly server: string;
  readonly inside: PortRange;
  readonly why: string;
}

/** A rule after routing: what goes out gets an address of the box. */
export interface SourceRule extends Pair {
  readonly family: 4 | 6;
  readonly sourcePorts: PortRange | undefined;
  readonly destinationPorts: readonly PortRange[];
  /** Undefined: that of the interface it leaves by. */
  readonly address: string | undefined;
  readonly outInterface: string | undefined;
  readonly why: string;
}

/** Related connections need none: the kernel translates them as it did the control connection. */
export function destinationRules(
  request: CheckedRequest,
  flows: readonly Flow[],
): readonly DestinationRule[] {
  const { nat } = request;
  const news = flows.filter(({ state }) => state === 'new');
  if (nat?.kind === 'forward') {
    const { server, publicAddress: dialled } = nat;
    return news.flatMap((flow) => forwarded(flow, { server, dialled, inInterface: undefined }));
  }
  const [client] = request.clients;
  if (nat?.kind !== 'masquerade' || client === undefined) return [];
  return news
    .filter(({ by }) => by === 'server')
    .flatMap((flow) =>
      forwarded(
        { ...flow, outsidePorts: flow.destinationPorts },
        { server: client, dialled: undefined, inInterface: nat.outInterface },
      ),
    );
}

function forwarded(
  flow: Flow,
  ends: Pick<DestinationRule, 'server' | 'dialled' | 'inInterface'>,
): readonly DestinationRule[] {
  const family = familyOf(ends.server);
  const from = flow.from.filter((text) => familyOf(text) === family);
  return (flow.outsidePorts ?? []).flatMap((outside, index) => {
    const inside = flow.destinationPorts[index];
    if (inside === undefined) return [];
    const { sourcePorts, why } = flow;
    return [{ ...ends, family, from, sourcePorts, outside, inside, why }];
  });
}

export function sourceRules(request: CheckedRequest, flows: readonly Flow[]): readonly SourceRule[] {
  const { nat } = request;
  if (nat === undefined) return [];
  const by = nat.kind === 'forward' ? 'server' : 'client';
  const address = nat.kind === 'forward' ? nat.publicAddress : undefined;
  const outInterface = nat.kind === 'masquerade' ? nat.outInterface : undefined;
  return flows
    .filter((flow) => flow.state === 'new' && flow.by === by)
    .flatMap((flow) =>
      pairsOf(flow).map((pair) => ({
        ...pair,
        // Nobody masquerades IPv6 without having said so by an address.
        family: pair.family ?? 4,
        sourcePorts: flow.sourcePorts,
        destinationPorts: flow.destinationPorts,
        address,
        outInterface,
        why: flow.why,
      })),
    );
}

/**
 * The control connection that the helper has to watch, as its first packet comes: before any port forwarding. Undefined when
 * no connection that needs a rule would come of it.
 */
export function watched(request: CheckedRequest, flows: readonly Flow[]): Flow | undefined {
  if (!flows.some(({ state }) => state === 'related')) return undefined;
  const flow = controlFlow(request);
  const { nat } = request;
  if (nat?.kind !== 'forward') return flow;
  const to = nat.publicAddress === undefined ? [] : [nat.publicAddress];
  const from = flow.from.filter((text) => familyOf(text) === familyOf(nat.server));
  return { ...flow, from, to, destinationPorts: flow.outsidePorts ?? [] };
}

/**
 * What the outside dials comes to an address of the box. Whoever dials the inner address itself, from next door on the outer
 * network, has not been asked for.
 */
export function cameTranslated({ nat }: CheckedRequest, { by }: Flow): boolean {
  return (nat?.kind === 'forward' && by === 'client') || (nat?.kind === 'masquerade' && by === 'server');
}
