import { metricsText } from '@duoport/gateway';
import type { RelayServer } from '@duoport/relay';

/** Counters of a relay: those of its clients' side, as of a gateway, and its own. */
export function relayMetricsText(
  relay: Pick<RelayServer, 'metrics' | 'lines' | 'passedOn' | 'carried'>,
): string {
  const { direct, relayed, clear } = relay.carried;
  return `${metricsText(relay.metrics())}# HELP duoport_relay_lines Lines of agents that stand
# TYPE duoport_relay_lines gauge
duoport_relay_lines ${relay.lines}
# HELP duoport_relay_passed_on Clients whose session an agent holds
# TYPE duoport_relay_passed_on gauge
duoport_relay_passed_on ${relay.passedOn}
# HELP duoport_relay_data_connections_total Data connections to servers, by how their bytes went between relay and agent
# TYPE duoport_relay_data_connections_total counter
duoport_relay_data_connections_total{way="direct"} ${direct}
duoport_relay_data_connections_total{way="relayed"} ${relayed}
# HELP duoport_relay_data_connections_clear_total Relayed data connections whose rest went over a plain connection beside the line
# TYPE duoport_relay_data_connections_clear_total counter
duoport_relay_data_connections_clear_total ${clear}
`;
}
