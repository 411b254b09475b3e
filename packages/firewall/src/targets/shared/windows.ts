import { refuse } from '../../answer.ts';
import type { CheckedRequest } from '../../check.ts';
import type { Flow } from '../../flow.ts';
import type { PortRange } from '../../request.ts';
import type { Note, Refusal, Target } from '../../rules.ts';
import { ports, tagOf } from '../../text.ts';
import { pairsOf } from '../linux/pairs.ts';
import { gap } from './gap.ts';
import { ruleNames } from './names.ts';
import { comment } from './text.ts';

/** One rule of the Windows firewall, whoever writes it down. Local is this machine, remote the other end. */
export interface WindowsRule {
  readonly name: string;
  readonly description: string;
  readonly direction: 'in' | 'out';
  /** Empty: any. */
  readonly localAddresses: readonly string[];
  readonly remoteAddresses: readonly string[];
  /** Empty: any. `21`, `50000-50100`. */
  readonly localPorts: readonly string[];
  readonly remotePorts: readonly string[];
}

/** Related flows need no rule: Windows admits what its FTP inspection saw announced. */
export function windowsRules(request: CheckedRequest, flows: readonly Flow[]): readonly WindowsRule[] {
  const news = flows.filter(({ state }) => state === 'new');
  const parts = news.flatMap((flow) => pairsOf(flow).map((pair) => ({ ...pair, flow, id: flow.id })));
  const names = ruleNames(parts, tagOf(request));
  return parts.map(({ flow, from, to }, index) => {
    const incoming = flow.direction === 'in';
    const [source, destination] = [
      texts(flow.sourcePorts),
      flow.destinationPorts.map((range) => ports(range)),
    ];
    return {
      name: names[index] ?? '',
      description: comment(flow.why),
      direction: incoming ? 'in' : 'out',
      localAddresses: incoming ? to : from,
      remoteAddresses: incoming ? from : to,
      localPorts: incoming ? destination : source,
      remotePorts: incoming ? source : destination,
    };
  });
}

function texts(range: PortRange | undefined): readonly string[] {
  return range === undefined ? [] : [ports(range)];
}

export function windowsRefusal(
  target: Target,
  request: CheckedRequest,
  flows: readonly Flow[],
): Refusal | undefined {
  const only21 = request.controlPorts.every((port) => port === 21);
  if (request.helper && !only21) {
    return refuse(
      target,
      'The FTP inspection of Windows watches control connections on port 21 only.',
      'Leave the helper out and open the ranges.',
    );
  }
  return gap(
    target,
    { request, flows },
    {
      product: 'The Windows firewall',
      through:
        'Write the rules for the host at each end. What a Windows router forwards is ruled by Routing and Remote Access, or by Hyper-V port ACLs.',
    },
  );
}

export function windowsNotes(request: CheckedRequest): readonly Note[] {
  const notes: Note[] = [
    {
      code: 'windows-profiles',
      text: 'The rules hold in all three profiles (domain, private, public). Outgoing connections are let through by default.',
    },
  ];
  if (request.helper) {
    notes.push({
      code: 'windows-stateful-ftp',
      text: 'The helper is the StatefulFtp setting, on by default. The script only checks it: it is one switch for the whole machine, so the undo could not know whom else it serves.',
    });
  } else if (request.tls) {
    notes.push({
      code: 'windows-stateful-ftp',
      text: 'The FTP inspection of Windows (StatefulFtp) may break FTP over TLS; if it does: Set-NetFirewallSetting -EnableStatefulFtp False.',
    });
  }
  return notes;
}
