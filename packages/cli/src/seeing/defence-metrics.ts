import type { MetricRow } from './metrics-table.ts';

/** What is counted of limits and bans. */
export const defenceMetrics = {
  limitedTotal: {
    name: 'duoport_limited_total',
    type: 'counter',
    help: 'Connections, logins and commands that were refused, for there is too much of them or who sends them is banned',
    labels: ['limit'],
    values:
      '`banned`, `sessions`, `sessions-per-address`, `user-sessions`, `logins-per-minute`, `commands-per-second`, `tls-handshakes`',
    panel: {
      title: 'Refused',
      queries: [
        { expression: 'sum by (limit) (rate(duoport_limited_total[$__rate_interval]))', legend: '{{limit}}' },
      ],
      unit: 'ops',
    },
  },
  offencesTotal: {
    name: 'duoport_offences_total',
    type: 'counter',
    help: 'What peers did that a ban may come of, beside wrong logins',
    labels: ['offence'],
    values: '`foreign-protocol`, `wrong-peer`, `bounce`, `flood`',
  },
  bansTotal: {
    name: 'duoport_bans_total',
    type: 'counter',
    help: 'Bans that began',
    labels: ['by'],
    values: '`operator`, `defence`',
  },
} as const satisfies Readonly<Record<string, MetricRow>>;
