import type { Written } from '../../answer.ts';
import type { Place } from '../../place.ts';
import type { SteerRequest } from '../../steer.ts';
import { remark, tagOf } from '../../text.ts';
import { localRoutes, steerMark, undoLocalRoutes } from '../linux/local-route.ts';
import { pairsOf } from '../linux/pairs.ts';
import { comment } from './accept.ts';
import { addresses, set } from './match.ts';

const why =
  'What the gateway has a socket for already, with the address of a server, is its own: control connections that it took, data connections that it listens for or made. A listener on all addresses is meant by nobody who dials somebody else.';

/** A table of our own marks the packets; one rule in the administrator's chain lets them in. */
export function steerNftables(request: SteerRequest, place: Place): Omit<Written, 'format'> {
  const tag = tagOf([request, place]);
  const table = place.table ?? 'inet filter';
  const chain = place.inputChain ?? 'input';
  const pairs = pairsOf({ from: request.clients, to: request.servers });
  const families = pairs.flatMap(({ family }) => (family === undefined ? [] : [family]));
  const ports = set(request.controlPorts.map(String));
  const lines = pairs.map((pair) =>
    [
      ...addresses(pair),
      'fib daddr type != local',
      `tcp dport ${ports}`,
      `tproxy ${pair.family === 6 ? 'ip6' : 'ip'} to :${request.steer.to}`,
      `meta mark set ${steerMark} accept`,
      comment('control connections go to the gateway', tag),
    ].join(' '),
  );
  return {
    apply: [
      'set -e',
      "nft -f - <<'RULES'",
      `insert rule ${table} ${chain} meta mark ${steerMark} accept ${comment('connections of the gateway', tag)}`,
      ...remark(why),
      `table inet duoport_${tag} {`,
      '  chain gateway {',
      '    type filter hook prerouting priority mangle; policy accept',
      '    meta l4proto tcp socket transparent 1 jump own',
      ...lines.map((line) => `    ${line}`),
      '  }',
      '  chain own {',
      '    socket wildcard 1 return',
      `    meta mark set ${steerMark} accept`,
      '  }',
      '}',
      'RULES',
      ...localRoutes(families),
    ],
    undo: [
      `# Deletes the rule that carries the mark (${tag}), and nothing else of that chain.`,
      `nft -a list chain ${table} ${chain} |`,
      `  sed -n 's/.* comment "duoport: [^"]* (${tag})" # handle \\([0-9]*\\)$/\\1/p' |`,
      `  while read -r handle; do nft delete rule ${table} ${chain} handle "$handle"; done`,
      `nft delete table inet duoport_${tag}`,
      ...undoLocalRoutes(families),
    ],
  };
}
