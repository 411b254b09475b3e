import type { CheckedRequest } from '../../check.ts';
import type { Flow } from '../../flow.ts';
import { familyOf } from '../../network.ts';
import { ports, width } from '../../text.ts';
import {
  type DestinationRule,
  destinationRules,
  type SourceRule,
  sourceRules,
  watched,
} from '../linux/nat-rules.ts';
import { pairsOf } from '../linux/pairs.ts';
import { comment } from './accept.ts';
import { addresses, set, tcpPorts } from './match.ts';

/** Helper object, the chain that assigns it, address translation: a whole table, or nothing when none is needed. */
export function ownTable(request: CheckedRequest, flows: readonly Flow[], tag: string): readonly string[] {
  const inner = [
    ...helperChain(request, flows, tag),
    ...chain(
      'to_inside',
      'type nat hook prerouting priority dstnat - 5',
      destinationRules(request, flows).map((rule) => destinationLine(rule, tag)),
    ),
    ...chain(
      'to_outside',
      'type nat hook postrouting priority srcnat - 5',
      sourceRules(request, flows).map((rule) => sourceLine(rule, tag)),
    ),
  ];
  return inner.length === 0 ? [] : [`table inet duoport_${tag} {`, ...inner.map((line) => `  ${line}`), '}'];
}

/**
 * Priority mangle lies between connection tracking and port forwarding. Older kernels (before 6.18 and what was backported
 * from it, commit 90918e3b6404) cannot adjust the sequence numbers of a connection that got its helper after it was
 * translated, and an FTP helper that rewrites needs that.
 */
function helperChain(request: CheckedRequest, flows: readonly Flow[], tag: string): readonly string[] {
  const control = watched(request, flows);
  if (control === undefined) return [];
  const hook = request.side === 'client' ? 'output' : 'prerouting';
  const { nat } = request;
  const local = nat?.kind === 'forward' && nat.publicAddress === undefined;
  const family = nat?.kind === 'forward' ? familyOf(nat.server) : undefined;
  const lines = pairsOf(control).map((pair) =>
    [
      ...addresses({ ...pair, family: pair.family ?? family }),
      ...(local ? ['fib daddr type local'] : []),
      ...tcpPorts(undefined, control.destinationPorts),
      'ct helper set "ftp_control"',
      comment('kernels assign no helper by themselves', tag),
    ].join(' '),
  );
  return [
    'ct helper ftp_control {',
    '  type "ftp" protocol tcp',
    '}',
    ...chain('assign_helper', `type filter hook ${hook} priority mangle`, lines),
  ];
}

function chain(name: string, type: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  return [`chain ${name} {`, `  ${type}; policy accept`, ...lines.map((line) => `  ${line}`), '}'];
}

function destinationLine(rule: DestinationRule, tag: string): string {
  const to = rule.dialled === undefined ? [] : [rule.dialled];
  const word = rule.family === 6 ? 'ip6' : 'ip';
  return [
    ...(rule.inInterface === undefined ? [] : [`iifname "${rule.inInterface}"`]),
    ...addresses({ family: rule.family, from: rule.from, to }),
    ...(rule.dialled === undefined ? ['fib daddr type local'] : []),
    ...tcpPorts(rule.sourcePorts, [rule.outside]),
    `dnat ${word} to ${inside(rule)}`,
    comment(rule.why, tag),
  ].join(' ');
}

/** A range that is moved needs to name every port: a plain range would let the kernel choose any port of it. */
function inside({ server, outside, inside: inner, family }: DestinationRule): string {
  if (outside.low === inner.low) return server;
  if (width(inner) === 1) return family === 6 ? `[${server}]:${ports(inner)}` : `${server}:${ports(inner)}`;
  const moves = Array.from(
    { length: width(inner) },
    (_, step) => `${outside.low + step} : ${inner.low + step}`,
  );
  return `${server} : tcp dport map ${set(moves)}`;
}

function sourceLine(rule: SourceRule, tag: string): string {
  const word = rule.family === 6 ? 'ip6' : 'ip';
  return [
    ...(rule.outInterface === undefined ? [] : [`oifname "${rule.outInterface}"`]),
    ...addresses(rule),
    ...tcpPorts(rule.sourcePorts, rule.destinationPorts),
    rule.address === undefined ? 'masquerade' : `snat ${word} to ${rule.address}`,
    comment(rule.why, tag),
  ].join(' ');
}
