import { refuse, rules } from './answer.ts';
import type { CheckedRequest } from './check.ts';
import type { Place } from './place.ts';
import type { Answer, Note, Target } from './rules.ts';
import { steerIptables } from './targets/iptables/steer.ts';
import { steerNftables } from './targets/nftables/steer.ts';

/** Where the gateway listens, and whose control connections go there. */
export type SteerRequest = CheckedRequest & { readonly steer: NonNullable<CheckedRequest['steer']> };

/** Rules that bring connections on their way through the box to a gateway on it, with the addresses that they have. */
export function steerRules(target: Target, request: SteerRequest, place: Place): Answer {
  const written =
    target === 'nftables'
      ? steerNftables(request, place)
      : target === 'iptables'
        ? steerIptables(request, place)
        : undefined;
  if (written === undefined) {
    return refuse(
      target,
      'It cannot hand a connection to a program with the addresses that it has (TPROXY).',
      'Run the gateway on a Linux router, and ask for nftables or iptables.',
    );
  }
  const { clients } = request;
  return rules(target, [], { format: 'sh', ...written, notes: [...notes(request), ...families(clients)] });
}

function notes({ steer }: SteerRequest): readonly Note[] {
  return [
    {
      code: 'steer-gateway',
      text: `The gateway: duoport gateway --transparent --listen ${steer.to}. While it does not run, nftables lets the control connections go their own way, and iptables drops them.`,
    },
    {
      code: 'steer-servers',
      text: 'Where servers are to dial the gateway (--server-mode active, --server-ports LO-HI), let that range in from them: duoport firewall --side client --active-ports LO-HI.',
    },
    {
      code: 'steer-tls',
      text: 'Clients that use TLS see the certificate of the gateway: they must trust it.',
    },
    {
      code: 'forwarding',
      text: 'The box must route: net.ipv4.ip_forward (and net.ipv6.conf.all.forwarding) set to 1.',
    },
    {
      code: 'not-kept',
      text: 'Rules and routes last until the next start of the machine: run these commands at its start.',
    },
  ];
}

function families(clients: readonly string[]): readonly Note[] {
  const is6 = clients.some((text) => text.includes(':'));
  const is4 = clients.some((text) => !text.includes(':'));
  if (is4 && is6) return [];
  return [
    {
      code: 'one-family',
      text: `Only ${is4 ? 'IPv4' : 'IPv6'} is steered. For ${is4 ? 'IPv6' : 'IPv4'} write the networks of the clients there.`,
    },
  ];
}
