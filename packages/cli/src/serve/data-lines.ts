import { FirewallError, type FirewallRequest, firewallCommand, firewallRules } from '@duoport/firewall';
import { formatEndpoint } from '@duoport/protocol';
import type { ServerEvent } from '@duoport/server';
import { printable } from '../printable.ts';

type DataFailed = Extract<ServerEvent, { readonly kind: 'data-failed' }>;
type DataShut = Extract<ServerEvent, { readonly kind: 'data-shut' }>;
type Opens = NonNullable<DataShut['opens']>;

/** One data connection that did not come about: who waited for whom, how long, and why probably. */
export function dataFailedLine(event: DataFailed, user: string): string {
  const { mode, problem, local, remote, waited, explanation } = event;
  const seconds = (waited / 1000).toFixed(1);
  const what = {
    'never-came': `waited ${seconds} s on ${formatEndpoint(local)} for ${remote.address}`,
    'half-open': `waited ${seconds} s on ${formatEndpoint(local)} for ${remote.address}`,
    'wrong-address': `waited ${seconds} s on ${formatEndpoint(local)}`,
    'illegal-address': `${formatEndpoint(remote)} was not dialled`,
    refused: `${formatEndpoint(remote)} was dialled`,
    rejected: `${formatEndpoint(remote)} was dialled`,
    'no-answer': `${formatEndpoint(remote)} was dialled for ${seconds} s`,
  }[problem];
  return `${printable(user)}: no data connection, ${mode} mode: ${what}: ${printable(explanation)}`;
}

/** What is probably shut, and the rule that opens it. */
export function dataShutLines(event: DataShut): readonly string[] {
  const { network, failures, explanation, opens } = event;
  const lines = [
    `${failures} data connections with clients in ${network} failed for the same reason, and none worked: ${printable(explanation)}`,
  ];
  return opens === undefined ? lines : [...lines, ...openingLines(opens)];
}

/** None for an address that no rule can name (`fe80::1%eth0`): a log must not fail. */
function openingLines(opens: Opens): readonly string[] {
  if (opens.side === 'server' && opens.passivePorts === undefined) {
    return ['  Give passive mode a range that a rule can open: --passive-ports 50000-50999'];
  }
  try {
    const request = requestOf(opens);
    const answer = firewallRules('nftables', request);
    if (answer.kind === 'refused') return [`  ${answer.because} ${answer.nearest}`];
    return [
      `  Opened by (nftables, on the ${opens.side}'s side; for another firewall: ${firewallCommand(request)}):`,
      ...answer.apply
        .trimEnd()
        .split('\n')
        .map((line) => `    ${line}`),
    ];
  } catch (error) {
    if (error instanceof FirewallError) return [];
    throw error;
  }
}

function requestOf({
  side,
  mode,
  controlPort,
  passivePorts,
  sourcePort,
  server,
  secure,
}: Opens): FirewallRequest {
  return {
    side,
    modes: [mode],
    controlPorts: [controlPort],
    passivePorts,
    sourcePort,
    tls: secure,
    ...(side === 'client' ? { servers: [server] } : {}),
  };
}
