import type { ServerStatus } from './fleet/fleet.ts';
import type { GatewayMetrics } from './metrics.ts';

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

/** Counters in the text format of Prometheus (version 0.0.4). */
export function metricsText(metrics: GatewayMetrics, servers: readonly ServerStatus[] = []): string {
  const { sessions, logins, links, transfers, passed, faults, ports } = metrics;
  const sides = Object.entries(ports);
  const families = [
    family('sessions', 'gauge', 'Control connections of clients that are open', [[{}, sessions.open]]),
    family('sessions_total', 'counter', 'Control connections of clients', [[{}, sessions.total]]),
    family('tls_sessions_total', 'counter', 'Those that went to TLS', [[{}, sessions.secured]]),
    family('logins_total', 'counter', 'Logins by result', byKey('result', logins)),
    family('links_total', 'counter', 'Control connections to servers by result', byKey('result', links)),
    family(
      'transfers_total',
      'counter',
      'Transfers by direction, mode and TLS of both sides, and result',
      transfers.flatMap(({ done, failed, ...kind }): readonly Sample[] => [
        [{ ...labelsOf(kind), result: 'done' }, done],
        [{ ...labelsOf(kind), result: 'failed' }, failed],
      ]),
    ),
    family(
      'transferred_bytes_total',
      'counter',
      'Bytes of their data connections',
      transfers.map((counter): Sample => [labelsOf(counter), counter.bytes]),
    ),
    ...passedFamilies(passed),
    family(
      'data_ports',
      'gauge',
      'Data ports that are leased, by side',
      sides.map(([side, { leases }]): Sample => [{ side }, leases]),
    ),
    family(
      'data_ports_refused_total',
      'counter',
      'Leases that there was no port for, by side',
      sides.map(([side, { refused }]): Sample => [{ side }, refused]),
    ),
    family(
      'data_strays_total',
      'counter',
      'Strangers that were turned away at data ports, by side',
      sides.map(([side, { strays }]): Sample => [{ side }, strays]),
    ),
    family(
      'server_up',
      'gauge',
      '1: sessions go there; 0: unhealthy, ejected or draining',
      servers.map((server): Sample => [serverLabels(server), server.state === 'healthy' ? 1 : 0]),
    ),
    family(
      'server_sessions',
      'gauge',
      'Control connections to each server that are open',
      servers.map((server): Sample => [serverLabels(server), server.sessions]),
    ),
    family('faults_total', 'counter', 'Faults of the gateway itself', [[{}, faults]]),
  ];
  return families.join('');
}

/** Nothing of a gateway that reads what it passes. */
function passedFamilies({ done, cut, toClient, toServer }: GatewayMetrics['passed']): readonly string[] {
  if (done + cut === 0) return [];
  const bytes: readonly Sample[] = [
    [{ direction: 'to-client' }, toClient],
    [{ direction: 'to-server' }, toServer],
  ];
  return [
    family(
      'passed_total',
      'counter',
      'Data connections passed through by result',
      byKey('result', { done, cut }),
    ),
    family('passed_bytes_total', 'counter', 'Their bytes, those of TLS too', bytes),
  ];
}

function family(name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return '';
  const full = `duoport_gateway_${name}`;
  const lines = samples.map(([labels, value]) => `${full}${labelText(labels)} ${value}`);
  return [`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`, ...lines, ''].join('\n');
}

function byKey(label: string, counts: Readonly<Record<string, number>>): readonly Sample[] {
  return Object.entries(counts).map(([key, value]) => [{ [label]: key }, value]);
}

function labelsOf(
  kind: Pick<
    GatewayMetrics['transfers'][number],
    'direction' | 'clientMode' | 'serverMode' | 'clientSecure' | 'serverSecure'
  >,
): Labels {
  return {
    direction: kind.direction,
    client_mode: kind.clientMode,
    server_mode: kind.serverMode,
    client_tls: String(kind.clientSecure),
    server_tls: String(kind.serverSecure),
  };
}

function serverLabels({ host, port }: ServerStatus): Labels {
  return { server: `${host.includes(':') ? `[${host}]` : host}:${port}` };
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
