import { refuse, rules } from './answer.ts';
import type { SpreadRequest } from './check-spread.ts';
import type { Answer, Note, Target } from './rules.ts';
import { spreadHaproxy } from './targets/haproxy/spread.ts';
import { haproxyFile, haproxyNote, haproxyUndo } from './targets/haproxy.ts';
import { ports } from './text.ts';

/** What hands the connections of clients on to several gateways: each client to one, and its data connections to the same. */
export function spreadRules(target: Target, request: SpreadRequest): Answer {
  if (target !== 'haproxy') {
    return refuse(
      target,
      'It cannot keep each client with one of several gateways, tell them who the client is, and leave out those that are down.',
      'Ask for haproxy on the box in front of the gateways.',
    );
  }
  return rules(target, [], {
    format: 'file',
    file: haproxyFile,
    apply: spreadHaproxy(request),
    undo: haproxyUndo,
    notes: [haproxyNote, ...notes(request)],
  });
}

function notes({ spread: { gateways } }: SpreadRequest): readonly Note[] {
  return [
    ...gateways.map(({ address, passivePorts }) => ({
      code: 'spread-gateway',
      text: `The gateway ${address}: duoport gateway --passive-ports ${ports(passivePorts)} --proxy-from BOX --proxy-data-from BOX, with the address from which the box dials it as BOX.`,
    })),
    {
      code: 'spread-sessions',
      text: 'A gateway that is down, or drained, gets no new clients; control connections through one that dies are lost, and their next login goes to another.',
    },
  ];
}
