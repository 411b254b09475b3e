import type { DataPortDoor, FtpPassThrough, VisitChange } from '@duoport/gateway';
import type { Predecessor } from '../restart/predecessor.ts';
import type { Estate } from '../restart/successor.ts';
import type { RunningGateway } from './gateway-desk.ts';

/** Where the gateway before this one listened: descriptors of this process. */
export interface GatewayFacts {
  readonly doors: readonly { readonly fd: number; readonly implicitTls: boolean }[];
  readonly metrics: number | undefined;
  readonly dataDoors: readonly DataPortDoor[];
  /** Whose data connections come to the data ports. */
  readonly guests: readonly VisitChange[] | undefined;
}

/** What the processes tell each other. With TLS passed through the new one first has the data ports, and then the others. */
type ToSuccessor = { readonly kind: 'go' } | { readonly kind: 'guest'; readonly change: VisitChange };
type ToPredecessor = { readonly kind: 'data' };

/** What a gateway leaves to the one after it. */
export function gatewayEstate(gateway: RunningGateway, metrics: number | undefined): Estate {
  const passing = 'handOver' in gateway ? gateway : undefined;
  return {
    talks: passing !== undefined,
    facts: (give, successor): GatewayFacts => {
      const tell = (change: VisitChange) => successor.tell({ kind: 'guest', change } satisfies ToSuccessor);
      return {
        doors: gateway.doors.map((door) => ({ ...door, fd: give(door.fd) })),
        metrics: metrics === undefined ? undefined : give(metrics),
        dataDoors: (passing?.dataDoors ?? []).map((door) => ({ ...door, fd: give(door.fd) })),
        guests: passing?.handOver(tell),
      };
    },
    heard: (message, _, successor) => {
      if ((message as ToPredecessor).kind === 'data')
        void passing?.shutData().then(() => successor.tell({ kind: 'go' } satisfies ToSuccessor));
    },
    failed: async () => await passing?.openData(),
  };
}

/** Takes over from the process before this one, which tells of its clients until it is gone. Resolves when it has left the data ports. */
export async function takeData(
  gateway: FtpPassThrough,
  { facts, hear, during, tell, onceGone }: Predecessor<GatewayFacts>,
): Promise<void> {
  for (const change of facts.guests ?? []) gateway.guest(change);
  onceGone(() => gateway.guest(undefined));
  const left = new Promise<void>((resolve) => {
    hear((message) => {
      const told = message as ToSuccessor;
      if (told.kind === 'go') resolve();
      else gateway.guest(told.change);
    });
    tell({ kind: 'data' } satisfies ToPredecessor);
  });
  await during(left);
}
