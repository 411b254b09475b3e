import { metricsDashboard, metricsReference } from 'duoport';

/** docs/reference/metrics.md: every number that a server shows. */
export function metricsPage(): string {
  return [
    '# What a server counts',
    '',
    'Generated from `packages/cli/src/seeing/metrics-table.ts` by `npm run generate`. `metrics.listen` in the settings shows them at `/metrics`, in',
    'the text format of Prometheus. With `workers` the numbers are those of all processes together. A dashboard for Grafana that draws them is',
    '[grafana-dashboard.json](grafana-dashboard.json).',
    '',
    '| name | kind | labels | meaning |',
    '|---|---|---|---|',
    ...metricsReference().map(({ name, type, labels, values, help }) => {
      const named = labels.map((label) => `\`${label}\``).join(', ');
      const told = values === undefined ? '' : `: ${values}`;
      return `| \`${name}\` | ${type} | ${named}${told} | ${help} |`;
    }),
    '',
    'Beside them stands what Node and the system tell of the processes, under the names that Prometheus’ own client for Node gives it: `process_*`',
    '(processor, memory, descriptors) and `nodejs_*` (`nodejs_eventloop_lag_p99_seconds`, collections of garbage, heap).',
    '',
  ].join('\n');
}

/** docs/reference/grafana-dashboard.json */
export function dashboardFile(): string {
  return `${JSON.stringify(metricsDashboard(), undefined, 2)}\n`;
}
