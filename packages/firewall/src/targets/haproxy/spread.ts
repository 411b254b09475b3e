import type { SpreadRequest } from '../../check-spread.ts';
import { familyOf } from '../../network.ts';
import { ports } from '../../text.ts';
import { bracketed } from '../shared/address.ts';

/** Where TLS begins with the first byte: there is no greeting to look at. */
const implicitTls = 990;

const patience = [
  '    timeout connect 10s',
  // A control connection is silent while its transfer runs.
  '    timeout client 1h',
  '    timeout server 1h',
  '    option clitcpka',
  '    option srvtcpka',
];

/** A section for each control port, with all gateways, and one for the data ports of each gateway. */
export function spreadHaproxy(request: SpreadRequest): readonly string[] {
  const { spread, controlPorts } = request;
  const { gateways, publicAddress } = spread;
  const family = familyOf(gateways[0]?.address ?? '');
  const address = publicAddress ?? (family === 4 ? '0.0.0.0' : '::');
  const only = address === '::' ? ' v6only' : '';
  const clients = request.clients.filter((network) => familyOf(network) === family);
  const admission = [
    // A line of HAProxy takes 64 words, so each network has its own.
    ...clients.map((network) => `    acl clients src ${network}`),
    ...(clients.length === 0 ? [] : ['    tcp-request connection reject unless clients']),
    ...patience,
  ];
  const head = (why: string, name: string, bound: string): readonly string[] => [
    `# ${why}`,
    `listen duoport-${name}`,
    '    mode tcp',
    `    bind ${bracketed(address)}:${bound}${only}`,
    ...admission,
  ];
  const control = controlPorts.map((port) => [
    ...head('control connections: each client to one gateway', `control-${port}`, `${port}`),
    '    balance source',
    '    hash-type consistent',
    // One that does not answer is left out at once, and whoever came meanwhile goes to the next.
    '    retries 3',
    '    option redispatch 1',
    ...(port === implicitTls ? [] : greeting),
    '    default-server check check-send-proxy inter 2s fall 2 rise 1 observe layer4 error-limit 1 on-error mark-down',
    ...gateways.map(
      (gateway, index) =>
        `    server gateway-${index + 1} ${bracketed(gateway.address)}:${port} send-proxy-v2`,
    ),
  ]);
  const data = gateways.map((gateway, index) => [
    ...head(
      'passive data connections: to the gateway whose ports these are',
      `data-${index + 1}`,
      ports(gateway.passivePorts),
    ),
    // Without a port: the one that was dialled.
    `    server gateway-${index + 1} ${bracketed(gateway.address)} send-proxy-v2`,
  ]);
  return [...control, ...data].map((section, index) => `${index === 0 ? '' : '\n'}${section.join('\n')}`);
}

/** It greets with 220 when it takes new sessions. */
const greeting = [
  '    option tcp-check',
  '    tcp-check connect default',
  '    tcp-check expect rstring ^220',
];
