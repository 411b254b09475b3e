import { refuse } from '../../answer.ts';
import type { CheckedRequest } from '../../check.ts';
import type { Flow } from '../../flow.ts';
import type { Refusal } from '../../rules.ts';
import { width } from '../../text.ts';

/** What firewalld has no exact words for, with what comes nearest. */
export function whatItCannot(request: CheckedRequest, flows: readonly Flow[]): Refusal | undefined {
  const { nat } = request;
  if (nat?.kind === 'masquerade') {
    return refuse(
      'firewalld',
      'firewalld masquerades everything that a network sends or nothing, not FTP alone.',
      'Masquerade the outer zone as a whole (firewall-cmd --zone=ZONE --add-masquerade) and ask for the rules of a routed box, without masquerading; or use the target nftables.',
    );
  }
  if (nat?.kind === 'forward') return whatForwardCannot(request, flows);
  if (flows.some(({ state, sourcePorts }) => state === 'new' && sourcePorts !== undefined)) {
    return refuse(
      'firewalld',
      'No rule of firewalld can ask for a source port and a destination port at once.',
      'Leave the source port out and name the servers, so that their connections to the active range come from any port; or use the target nftables.',
    );
  }
  return undefined;
}

function whatForwardCannot({ nat, helper }: CheckedRequest, flows: readonly Flow[]): Refusal | undefined {
  if (nat?.kind !== 'forward') return undefined;
  if (helper) {
    return refuse(
      'firewalld',
      'firewalld assigns the helper behind the port forwarding, where older kernels cannot rewrite what the helper reads.',
      'Forward the passive range instead of using the helper, or use the target nftables.',
    );
  }
  if (nat.publicAddress === undefined) {
    return refuse(
      'firewalld',
      'Without the public address firewalld would forward these ports whatever address is dialled through the box.',
      'Write the public address.',
    );
  }
  if (flows.some(({ by }) => by === 'server')) {
    return refuse(
      'firewalld',
      'firewalld masquerades everything that the server sends or nothing, not active data connections alone.',
      'Ask for passive mode only, or use the target nftables.',
    );
  }
  const moved = flows.some((flow) =>
    flow.destinationPorts.some(
      (range, index) => width(range) > 1 && (flow.outsidePorts ?? [])[index]?.low !== range.low,
    ),
  );
  if (moved) {
    return refuse(
      'firewalld',
      'firewalld forwards a range to other ports in any order, not each port to the one that belongs to it.',
      'Use the same passive range outside and inside, or the target nftables.',
    );
  }
  return undefined;
}
