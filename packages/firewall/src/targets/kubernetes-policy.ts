import { rules } from '../answer.ts';
import type { CheckedRequest } from '../check.ts';
import type { Flow } from '../flow.ts';
import type { Place } from '../place.ts';
import type { PortRange } from '../request.ts';
import type { Answer, Note } from '../rules.ts';
import { cidr } from './shared/address.ts';
import { gap, peersOf } from './shared/gap.ts';
import { header, kubectlUndo } from './shared/kubernetes.ts';
import { nothing } from './shared/nothing.ts';
import { comment } from './shared/text.ts';

const file = 'duoport-network-policy.yaml';

/** A NetworkPolicy for the pods of the server or the client, with port ranges (`endPort`, stable since 1.25). */
export function kubernetesPolicy(request: CheckedRequest, flows: readonly Flow[], place: Place): Answer {
  const refusal = gap(
    'kubernetes-policy',
    { request, flows },
    {
      product: 'A Kubernetes NetworkPolicy',
      through: 'Write a policy for the pods at the end that is in the cluster: side server or side client.',
      helper: 'Leave the helper out and open the ranges, or use the single-port mode of the server.',
      sourcePorts:
        'Leave the source port out, which admits the server from any port. Passive mode needs no source port.',
      own: 'Leave the address of the machine out: a policy holds for all addresses of the pods it selects.',
    },
  );
  if (refusal !== undefined) return refusal;
  const incoming = flows.filter(({ direction }) => direction === 'in');
  const outgoing = flows.filter(({ direction }) => direction === 'out');
  // A direction that is named without rules would be shut, so only those with rules are named.
  const types = [...(incoming.length > 0 ? ['Ingress'] : []), ...(outgoing.length > 0 ? ['Egress'] : [])];
  if (types.length === 0) return nothing('kubernetes-policy');
  return rules('kubernetes-policy', flows, {
    format: 'file',
    file,
    apply: [
      ...header({ version: 'networking.k8s.io/v1', kind: 'NetworkPolicy', place }),
      'spec:',
      '  podSelector:',
      '    matchLabels:',
      `      app: ${place.service ?? 'duoport'}`,
      '  policyTypes:',
      ...types.map((type) => `    - ${type}`),
      ...(incoming.length === 0 ? [] : ['  ingress:', ...incoming.flatMap((flow) => ruleOf(flow, 'from'))]),
      ...(outgoing.length === 0 ? [] : ['  egress:', ...outgoing.flatMap((flow) => ruleOf(flow, 'to'))]),
    ],
    undo: kubectlUndo(file),
    notes: notesOf(outgoing.length > 0),
  });
}

/** Without a list of peers a rule means everybody; an empty list would mean the same, an empty block is not allowed. */
function ruleOf(flow: Flow, key: 'from' | 'to'): readonly string[] {
  const peers = peersOf(flow).map(cidr);
  return [
    `    # ${comment(flow.why)}`,
    '    - ports:',
    ...flow.destinationPorts.flatMap(portOf),
    ...(peers.length === 0 ? [] : [`      ${key}:`]),
    ...peers.flatMap((network) => ['        - ipBlock:', `            cidr: "${network}"`]),
  ];
}

function portOf({ low, high }: PortRange): readonly string[] {
  return [
    '        - protocol: TCP',
    `          port: ${low}`,
    ...(low === high ? [] : [`          endPort: ${high}`]),
  ];
}

function notesOf(egress: boolean): readonly Note[] {
  const notes: Note[] = [
    {
      code: 'kubernetes-policy-isolates',
      text: 'A pod that a policy selects is shut for everything else in that direction, other services of the same pod included. Policies add up: what another one admits stays open. The network plugin must enforce policies, and know endPort.',
    },
    {
      code: 'kubernetes-policy-address',
      text: 'ipBlock is compared with the address that reaches the pod: that is the client only where the Service keeps it (externalTrafficPolicy: Local).',
    },
  ];
  if (egress) {
    notes.push({
      code: 'kubernetes-policy-dns',
      text: 'With Egress in the policy the pod cannot ask DNS any more, unless another policy admits port 53.',
    });
  }
  return notes;
}
