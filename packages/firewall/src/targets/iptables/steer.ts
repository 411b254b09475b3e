import type { Written } from '../../answer.ts';
import type { Place } from '../../place.ts';
import type { SteerRequest } from '../../steer.ts';
import { tagOf } from '../../text.ts';
import { localRoutes, steerMark, undoLocalRoutes } from '../linux/local-route.ts';
import { orAny, pairsOf } from '../linux/pairs.ts';

/** Each rule as everything between `-I` or `-D` and the end of the line. */
export function steerIptables(request: SteerRequest, place: Place): Omit<Written, 'format'> {
  const chain = `DUOPORT_${tagOf([request, place])}`;
  const input = place.inputChain ?? 'INPUT';
  const pairs = pairsOf({ from: request.clients, to: request.servers });
  const families = pairs.flatMap(({ family }) => (family === undefined ? [] : [family]));
  const apply: string[] = [];
  const undo: string[] = [];
  for (const { family, from, to } of pairs) {
    const tool = family === 6 ? 'ip6tables' : 'iptables';
    const steered = from.flatMap((client) =>
      orAny(to, undefined).flatMap((server) =>
        request.controlPorts.map((port) =>
          [
            `PREROUTING -s ${client}`,
            ...(server === undefined ? [] : [`-d ${server}`]),
            `-p tcp --dport ${port} -m addrtype ! --dst-type LOCAL`,
            comment('control connections go to the gateway'),
            `-j TPROXY --on-port ${request.steer.to} --tproxy-mark ${steerMark}/0xffffffff`,
          ].join(' '),
        ),
      ),
    );
    // The first one must stand before the others: each is inserted before the one above it.
    const own = `PREROUTING -p tcp -m socket --transparent ${comment('what the gateway has a socket for')} -j ${chain}`;
    const inserted = [...steered, own].map((rule) => `-t mangle -I ${rule}`);
    const accepted = `${input} -m mark --mark ${steerMark} ${comment('connections of the gateway')} -j ACCEPT`;
    apply.push(
      ...[
        `-t mangle -N ${chain}`,
        `-t mangle -A ${chain} -j MARK --set-mark ${steerMark}`,
        `-t mangle -A ${chain} -j ACCEPT`,
      ].map((words) => `${tool} ${words}`),
      ...inserted.map((words) => `${tool} ${words}`),
      `${tool} -I ${accepted}`,
    );
    undo.push(
      ...inserted.map((words) => `${tool} ${words.replace(' -I ', ' -D ')}`),
      `${tool} -D ${accepted}`,
      `${tool} -t mangle -F ${chain}`,
      `${tool} -t mangle -X ${chain}`,
    );
  }
  return {
    apply: ['set -e', ...apply, ...localRoutes(families)],
    undo: [...undo, ...undoLocalRoutes(families)],
  };
}

function comment(why: string): string {
  return `-m comment --comment "duoport: ${why}"`;
}
