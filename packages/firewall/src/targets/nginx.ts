import { rules } from '../answer.ts';
import type { CheckedRequest } from '../check.ts';
import type { Flow } from '../flow.ts';
import type { Answer } from '../rules.ts';
import { ports } from '../text.ts';
import { bracketed } from './shared/address.ts';
import { isShifted, type PortPair, portByPort } from './shared/forward.ts';
import { tooManyPorts } from './shared/limits.ts';
import { type Relay, relayNotes, relayRefusal, relays } from './shared/relay.ts';

const file = '/etc/nginx/duoport-stream.conf';

/** The stream module as a TCP proxy on a box with port forwarding. Ranges in `listen` need nginx 1.15.10. */
export function nginx(request: CheckedRequest, flows: readonly Flow[]): Answer {
  const all = relays(request, flows);
  const refusal =
    relayRefusal('nginx', 'nginx', request) ??
    tooManyPorts(
      'nginx',
      all.flatMap(({ pairs }) => pairs.filter(isShifted).map(({ inside }) => inside)),
      'nginx does no sums with ports, so each port that is shifted needs a server of its own',
    );
  if (refusal !== undefined) return refusal;
  const servers = all.flatMap((relay) =>
    relay.pairs.flatMap(portByPort).map((pair) => serverOf(relay, pair)),
  );
  return rules('nginx', flows, {
    format: 'file',
    file,
    apply: servers.map((server, index) => (index === 0 ? server : `\n${server}`)),
    // Emptied, not removed: nginx would refuse to reload while an include line names it.
    undo: [`: > ${file}`, 'nginx -s reload'],
    notes: [
      {
        code: 'nginx-include',
        text: `The file belongs into the stream block, not into http: stream { include ${file}; }. nginx needs its stream module (on Debian: libnginx-mod-stream).`,
      },
      ...relayNotes,
    ],
  });
}

function serverOf(relay: Relay, pair: PortPair): string {
  const only = relay.address === '::' ? ' ipv6only=on' : '';
  const port = isShifted(pair) ? ports(pair.inside) : '$server_port';
  const lines = [
    `# ${relay.why}`,
    `listen ${bracketed(relay.address)}:${ports(pair.outside)}${only} so_keepalive=on;`,
    ...relay.clients.map((network) => `allow ${network};`),
    ...(relay.clients.length === 0 ? [] : ['deny all;']),
    `proxy_pass ${bracketed(relay.server)}:${port};`,
    'proxy_connect_timeout 10s;',
    // A control connection is silent while its transfer runs.
    'proxy_timeout 1h;',
    'proxy_socket_keepalive on;',
  ];
  return ['server {', ...lines.map((line) => `    ${line}`), '}'].join('\n');
}
