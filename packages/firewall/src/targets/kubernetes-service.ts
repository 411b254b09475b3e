import { refuse, rules } from '../answer.ts';
import type { CheckedRequest } from '../check.ts';
import type { Flow } from '../flow.ts';
import type { Place } from '../place.ts';
import type { Answer, Note, Refusal } from '../rules.ts';
import { cidr, eachPort } from './shared/address.ts';
import { gap } from './shared/gap.ts';
import { header, kubectlUndo } from './shared/kubernetes.ts';
import { tooManyPorts } from './shared/limits.ts';
import { comment } from './shared/text.ts';

const file = 'duoport-service.yaml';

/** A Service of type LoadBalancer: it has no port ranges, so every port stands there by itself. */
export function kubernetesService(request: CheckedRequest, flows: readonly Flow[], place: Place): Answer {
  const refusal = refusalOf(request, flows);
  if (refusal !== undefined) return refusal;
  const clients = (flows[0]?.from ?? []).map(cidr);
  return rules('kubernetes-service', flows, {
    format: 'file',
    file,
    apply: [
      ...header({ version: 'v1', kind: 'Service', place }),
      'spec:',
      '  type: LoadBalancer',
      `  # ${comment('without Local the cluster would put addresses of its own in place of the clients')}`,
      '  externalTrafficPolicy: Local',
      `  # ${comment('control and data connections of one client go to the same pod')}`,
      '  sessionAffinity: ClientIP',
      '  selector:',
      `    app: ${place.service ?? 'duoport'}`,
      ...(clients.length === 0
        ? []
        : ['  loadBalancerSourceRanges:', ...clients.map((network) => `    - "${network}"`)]),
      '  ports:',
      ...flows.flatMap(portsOf),
    ],
    undo: kubectlUndo(file),
    notes: notesOf(request, {
      ranges: clients.length > 0,
      count: flows.flatMap((flow) => eachPort(flow.destinationPorts)).length,
    }),
  });
}

function portsOf(flow: Flow): readonly string[] {
  return [
    `    # ${comment(flow.why)}`,
    ...eachPort(flow.destinationPorts).flatMap((port) => [
      `    - name: ${flow.id}-${port}`,
      '      protocol: TCP',
      `      port: ${port}`,
      `      targetPort: ${port}`,
    ]),
  ];
}

function refusalOf(request: CheckedRequest, flows: readonly Flow[]): Refusal | undefined {
  if (request.side === 'client') {
    return refuse(
      'kubernetes-service',
      'A Service leads to servers, and a client in a pod dials out by itself.',
      'Passive mode needs no Service. For what a client pod may dial, ask for kubernetes-policy; for active mode, publish the active range at the host.',
    );
  }
  return (
    gap(
      'kubernetes-service',
      { request, flows },
      {
        product: 'A Kubernetes Service',
        through:
          'For a server in the cluster ask for side server; for a box in front of it, for haproxy or nginx.',
        helper:
          'Leave the helper out and list the ports of a small range, or use the single-port mode of the server.',
        outgoing: 'For what a pod may dial, ask for kubernetes-policy.',
        own: 'Leave the address of the server out: the load balancer gets its address from the cluster.',
      },
    ) ??
    tooManyPorts(
      'kubernetes-service',
      flows.flatMap(({ destinationPorts }) => destinationPorts),
      'A Kubernetes Service has no port ranges, so each port is listed',
    )
  );
}

function notesOf(
  request: CheckedRequest,
  { ranges, count }: { readonly ranges: boolean; readonly count: number },
): readonly Note[] {
  const notes: Note[] = [
    {
      code: 'kubernetes-passive-address',
      text: 'The server must announce the address of the load balancer in its 227 reply, and its passive range must be just the listed ports.',
    },
  ];
  if (count > 50) {
    notes.push({
      code: 'kubernetes-listeners',
      text: `The load balancers of clouds take a limited number of ports, AWS 50 unless the quota was raised; here are ${count}.`,
    });
  }
  if (ranges) {
    notes.push({
      code: 'kubernetes-source-ranges',
      text: 'loadBalancerSourceRanges holds where the cloud and kube-proxy support it; look at the firewall of the load balancer to be sure.',
    });
  }
  if (request.modes.includes('active')) {
    notes.push({
      code: 'kubernetes-active',
      text: 'What a pod dials leaves with the address of its node, and from any port: clients that check the address, or want port 20, need a pod with the network of the host.',
    });
  }
  return notes;
}
