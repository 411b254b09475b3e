import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGateway } from '@duoport/gateway';
import { relayMetricsText } from './relay-metrics.ts';

test('a page that Prometheus reads', () => {
  const gateway = createGateway({ listen: [], to: [{ host: 'x' }] });
  const text = relayMetricsText({
    metrics: () => gateway.metrics(),
    lines: 2,
    passedOn: 1,
    carried: { direct: 7, relayed: 3, clear: 2 },
  });
  for (const line of [
    'duoport_gateway_sessions 0',
    'duoport_relay_lines 2',
    'duoport_relay_data_connections_total{way="direct"} 7',
    'duoport_relay_data_connections_total{way="relayed"} 3',
    'duoport_relay_data_connections_clear_total 2',
  ])
    assert.ok(text.split('\n').includes(line), `${line} in\n${text}`);
  for (const line of text.split('\n').slice(0, -1))
    assert.match(line, /^(# (HELP|TYPE) \S+ .+|[a-z_]+(\{.*\})? \d+)$/);
});
