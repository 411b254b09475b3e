import { defenceMetrics } from './defence-metrics.ts';

/** One family of numbers: what /metrics shows, what the reference says of it, and what the dashboard draws. */
export interface MetricRow {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** What the labels may be. */
  readonly values?: string;
  readonly buckets?: readonly number[];
  readonly panel?: MetricPanel;
}

interface MetricPanel {
  readonly title: string;
  /** PromQL. */
  readonly queries: readonly { readonly expression: string; readonly legend: string }[];
  /** Of Grafana. */
  readonly unit: 'short' | 'Bps' | 's' | 'ops' | 'percentunit' | 'bytes';
}

const rate = (name: string, by: string) => `sum by (${by}) (rate(${name}[$__rate_interval]))`;

/** All that a server counts, but for what Node tells of its processes. */
export const metricsTable = {
  sessions: {
    name: 'duoport_sessions',
    type: 'gauge',
    help: 'Control connections that are open',
    labels: [],
    panel: {
      title: 'Sessions',
      queries: [{ expression: 'sum(duoport_sessions)', legend: 'open' }],
      unit: 'short',
    },
  },
  sessionsTotal: {
    name: 'duoport_sessions_total',
    type: 'counter',
    help: 'Control connections that came',
    labels: [],
  },
  tlsSessionsTotal: {
    name: 'duoport_tls_sessions_total',
    type: 'counter',
    help: 'Control connections that went to TLS',
    labels: ['protocol'],
    values: '`TLSv1.2`, `TLSv1.3`',
  },
  tlsFailuresTotal: {
    name: 'duoport_tls_failures_total',
    type: 'counter',
    help: 'Handshakes of control connections that came to nothing',
    labels: ['fault'],
    values: '`plaintext`, `version`, `cipher`, `certificate`, `untrusted`, `timeout`, `gone`, `other`',
  },
  certificateEnd: {
    name: 'duoport_certificate_expiry_timestamp_seconds',
    type: 'gauge',
    help: 'When a certificate ends, in seconds since 1970',
    labels: ['certificate'],
    values: 'the names in it',
    panel: {
      title: 'Certificates: days left',
      queries: [
        {
          expression: '(duoport_certificate_expiry_timestamp_seconds - time()) / 86400',
          legend: '{{certificate}}',
        },
      ],
      unit: 'short',
    },
  },
  loginsTotal: {
    name: 'duoport_logins_total',
    type: 'counter',
    help: 'Logins by their result',
    labels: ['result'],
    values: '`accepted`, `refused`, `unavailable` (nobody could say: the database is gone)',
    panel: {
      title: 'Logins',
      queries: [{ expression: rate('duoport_logins_total', 'result'), legend: '{{result}}' }],
      unit: 'ops',
    },
  },
  ...defenceMetrics,
  transfersTotal: {
    name: 'duoport_transfers_total',
    type: 'counter',
    help: 'Transfers, listings too, by their result',
    labels: ['verb', 'mode', 'result'],
    values:
      '`passive`, `active`, `none`; `done`, `no-connection` (425, 522), `broken` (426), `failed` (files, quota)',
    panel: {
      title: 'Transfers',
      queries: [
        { expression: rate('duoport_transfers_total', 'mode, result'), legend: '{{mode}} {{result}}' },
      ],
      unit: 'ops',
    },
  },
  bytesTotal: {
    name: 'duoport_transferred_bytes_total',
    type: 'counter',
    help: 'Bytes of files and listings that were moved',
    labels: ['direction', 'mode'],
    values: '`to-client`, `to-server`; as above',
    panel: {
      title: 'Bytes',
      queries: [
        {
          expression: rate('duoport_transferred_bytes_total', 'direction, mode'),
          legend: '{{direction}} {{mode}}',
        },
      ],
      unit: 'Bps',
    },
  },
  dataTotal: {
    name: 'duoport_data_connections_total',
    type: 'counter',
    help: 'Data connections that were agreed on, by what became of them',
    labels: ['mode', 'result'],
    values: '`passive`, `active`; `ok`, `refused`, `wrong-peer`, `timed-out`',
    panel: {
      title: 'Data connections',
      queries: [
        { expression: rate('duoport_data_connections_total', 'mode, result'), legend: '{{mode}} {{result}}' },
      ],
      unit: 'ops',
    },
  },
  dataWait: {
    name: 'duoport_data_connection_wait_seconds',
    type: 'histogram',
    help: 'How long data connections were awaited or dialled until they stood',
    labels: ['mode'],
    values: '`passive`, `active`',
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 1, 3, 10, 30],
    panel: {
      title: 'Wait for data connections',
      queries: [
        {
          expression:
            'histogram_quantile(0.99, sum by (le, mode) (rate(duoport_data_connection_wait_seconds_bucket[$__rate_interval])))',
          legend: '99 % {{mode}}',
        },
      ],
      unit: 's',
    },
  },
  dataFailuresTotal: {
    name: 'duoport_data_failures_total',
    type: 'counter',
    help: 'Data connections that did not come about, by the probable cause',
    labels: ['mode', 'cause'],
    values:
      '`passive`, `active`; `range-shut` (a firewall before the passive range), `client-shut` and the others of the log',
    panel: {
      title: 'Data connections that failed',
      queries: [
        { expression: rate('duoport_data_failures_total', 'mode, cause'), legend: '{{mode}} {{cause}}' },
      ],
      unit: 'ops',
    },
  },
  dataShut: {
    name: 'duoport_data_shut_networks',
    type: 'gauge',
    help: 'Networks of clients whose data connections fail again and again for one cause, since the last one that worked',
    labels: ['cause'],
    values: 'as above',
  },
  dataTlsTotal: {
    name: 'duoport_data_tls_total',
    type: 'counter',
    help: 'Data connections under TLS, by whether they resumed the session of their control connection',
    labels: ['resumed'],
    values: '`yes`, `no`',
    panel: {
      title: 'TLS resumption',
      queries: [{ expression: rate('duoport_data_tls_total', 'resumed'), legend: 'resumed: {{resumed}}' }],
      unit: 'ops',
    },
  },
  ports: {
    name: 'duoport_passive_ports',
    type: 'gauge',
    help: 'Ports of the passive range; none where the system chooses them',
    labels: [],
  },
  portsLeased: {
    name: 'duoport_passive_ports_leased',
    type: 'gauge',
    help: 'Leases of passive ports: each is for a port and a client address, so there may be more than ports',
    labels: [],
    panel: {
      title: 'Passive ports',
      queries: [
        { expression: 'sum(duoport_passive_ports_leased)', legend: 'leased' },
        { expression: 'sum(duoport_passive_ports)', legend: 'in the range' },
      ],
      unit: 'short',
    },
  },
  portsRefusedTotal: {
    name: 'duoport_passive_ports_refused_total',
    type: 'counter',
    help: 'Leases that there was no port for',
    labels: [],
  },
  portsExpiredTotal: {
    name: 'duoport_passive_ports_expired_total',
    type: 'counter',
    help: 'Leases that nobody came for',
    labels: [],
  },
  straysTotal: {
    name: 'duoport_data_strays_total',
    type: 'counter',
    help: 'Strangers that were turned away at data ports',
    labels: [],
  },
  changesTotal: {
    name: 'duoport_names_changed_total',
    type: 'counter',
    help: 'Files and directories that were changed by name',
    labels: ['change'],
    values: '`deleted`, `renamed`, `made-directory`, `removed-directory`',
  },
  hooksTotal: {
    name: 'duoport_hook_calls_total',
    type: 'counter',
    help: 'Calls of hooks by their result',
    labels: ['hook', 'result'],
    values: 'its number in the settings; `done`, `failed`, `timed-out`, `dropped` (too many waited)',
    panel: {
      title: 'Hooks',
      queries: [
        { expression: rate('duoport_hook_calls_total', 'hook, result'), legend: '{{hook}} {{result}}' },
      ],
      unit: 'ops',
    },
  },
  linesLostTotal: {
    name: 'duoport_log_lines_lost_total',
    type: 'counter',
    help: 'Lines of log files that no disk would take',
    labels: ['log'],
    values: '`logs.file`, `logs.xferlog`, `logs.w3c`',
  },
  faultsTotal: {
    name: 'duoport_faults_total',
    type: 'counter',
    help: 'Faults of the server itself: sessions got a 451',
    labels: [],
  },
  processes: {
    name: 'duoport_processes',
    type: 'gauge',
    help: 'Processes: the first one and its workers',
    labels: [],
  },
} as const satisfies Readonly<Record<string, MetricRow>>;

export type MetricKey = keyof typeof metricsTable;

/** What Node and the system tell of a process (prom-client’s own), drawn too. */
export const processPanels: readonly MetricPanel[] = [
  {
    title: 'Event-loop lag',
    queries: [{ expression: 'max(nodejs_eventloop_lag_p99_seconds)', legend: '99 %' }],
    unit: 's',
  },
  {
    title: 'Processor',
    queries: [{ expression: 'sum(rate(process_cpu_seconds_total[$__rate_interval]))', legend: 'cores' }],
    unit: 'short',
  },
  {
    title: 'Memory',
    queries: [{ expression: 'sum(process_resident_memory_bytes)', legend: 'resident' }],
    unit: 'bytes',
  },
];
