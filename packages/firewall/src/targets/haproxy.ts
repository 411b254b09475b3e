import { rules } from '../answer.ts';
import type { CheckedRequest } from '../check.ts';
import type { Flow } from '../flow.ts';
import { familyOf } from '../network.ts';
import type { Answer, Note } from '../rules.ts';
import { ports } from '../text.ts';
import { bracketed } from './shared/address.ts';
import { type Relay, relayNotes, relayRefusal, relays } from './shared/relay.ts';

export const haproxyFile = '/etc/haproxy/duoport.cfg';
/** Emptied, not removed: HAProxy would not start without a file that its command line names. */
export const haproxyUndo: readonly string[] = [`: > ${haproxyFile}`, 'systemctl reload haproxy'];
export const haproxyNote: Note = {
  code: 'haproxy-file',
  text: `HAProxy reads the file when it is started with it: haproxy -f /etc/haproxy/haproxy.cfg -f ${haproxyFile} (on Debian: EXTRAOPTS in /etc/default/haproxy).`,
};

/** A TCP proxy on a box with port forwarding. `listen` takes ranges, and a server may lie at a distance from the port dialled. */
export function haproxy(request: CheckedRequest, flows: readonly Flow[]): Answer {
  const refusal = relayRefusal('haproxy', 'HAProxy', request);
  if (refusal !== undefined) return refusal;
  const sections = relays(request, flows).flatMap(sectionsOf);
  return rules('haproxy', flows, {
    format: 'file',
    file: haproxyFile,
    apply: sections.map((section, index) => (index === 0 ? section : `\n${section}`)),
    undo: haproxyUndo,
    notes: [haproxyNote, ...relayNotes],
  });
}

/** One section for each distance between the port outside and the port of the server. */
function sectionsOf(relay: Relay): readonly string[] {
  const distances = [...new Set(relay.pairs.map(({ outside, inside }) => inside.low - outside.low))];
  return distances.map((distance, index) => {
    const here = relay.pairs.filter(({ outside, inside }) => inside.low - outside.low === distance);
    const only = familyOf(relay.address) === 6 && relay.address === '::' ? ' v6only' : '';
    return [
      `# ${relay.why}`,
      `listen duoport-${relay.id}${index === 0 ? '' : `-${index + 1}`}`,
      '    mode tcp',
      ...here.map(({ outside }) => `    bind ${bracketed(relay.address)}:${ports(outside)}${only}`),
      // A line of HAProxy takes 64 words, so each network has its own.
      ...relay.clients.map((network) => `    acl clients src ${network}`),
      ...(relay.clients.length === 0 ? [] : ['    tcp-request connection reject unless clients']),
      '    timeout connect 10s',
      // A control connection is silent while its transfer runs.
      '    timeout client 1h',
      '    timeout server 1h',
      '    option clitcpka',
      '    option srvtcpka',
      `    server ftp ${bracketed(relay.server)}:${distance < 0 ? '' : '+'}${distance}`,
    ].join('\n');
  });
}
