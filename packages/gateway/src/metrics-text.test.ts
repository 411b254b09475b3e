import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GatewayMetrics } from './metrics.ts';
import { metricsText } from './metrics-text.ts';

const gauges = {
  leases: 2,
  listeners: 3,
  capacity: 10,
  held: 0,
  given: 5,
  used: 4,
  expired: 0,
  refused: 1,
  strays: 6,
};

const metrics: GatewayMetrics = {
  sessions: { total: 4, open: 1, secured: 2 },
  logins: { accepted: 3, refused: 1 },
  links: { opened: 3, failed: 0 },
  transfers: [
    {
      direction: 'to-client',
      clientMode: 'active',
      serverMode: 'passive',
      clientSecure: false,
      serverSecure: true,
      done: 7,
      failed: 1,
      bytes: 1000,
    },
  ],
  passed: { done: 3, cut: 1, toClient: 10, toServer: 20 },
  faults: 0,
  ports: { client: gauges, server: gauges },
};

test('counters as Prometheus reads them', () => {
  const text = metricsText(metrics, [
    { host: 'a"b', port: 21, state: 'ejected', because: 'x', sessions: 5 },
    { host: '::1', port: 21, state: 'healthy', because: 'x', sessions: 0 },
  ]);
  const lines = text.split('\n');
  for (const line of [
    '# TYPE duoport_gateway_sessions gauge',
    'duoport_gateway_sessions 1',
    'duoport_gateway_logins_total{result="refused"} 1',
    'duoport_gateway_transfers_total{direction="to-client",client_mode="active",server_mode="passive",client_tls="false",server_tls="true",result="done"} 7',
    'duoport_gateway_transferred_bytes_total{direction="to-client",client_mode="active",server_mode="passive",client_tls="false",server_tls="true"} 1000',
    'duoport_gateway_passed_total{result="cut"} 1',
    'duoport_gateway_passed_bytes_total{direction="to-server"} 20',
    'duoport_gateway_data_ports{side="client"} 2',
    'duoport_gateway_server_up{server="a\\"b:21"} 0',
    'duoport_gateway_server_up{server="[::1]:21"} 1',
  ])
    assert.ok(lines.includes(line), `${line} in\n${text}`);
  assert.ok(text.endsWith('\n'));
  // Every line is a comment or a sample: what is not would make the whole page unreadable.
  for (const line of lines.slice(0, -1)) assert.match(line, /^(# (HELP|TYPE) \S+ .+|[a-z_]+(\{.*\})? \d+)$/);
});
