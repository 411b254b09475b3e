import { type MetricRow, metricsTable, processPanels } from './metrics-table.ts';

/** The dashboard of Grafana that draws what is counted: a panel for each row that has one. */
export function dashboard(): object {
  const rows: readonly MetricRow[] = Object.values(metricsTable);
  const panels = [...rows.flatMap(({ panel }) => panel ?? []), ...processPanels];
  return {
    title: 'duoport',
    uid: 'duoport',
    tags: ['ftp'],
    schemaVersion: 39,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    templating: {
      list: [{ name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Data source' }],
    },
    panels: panels.map(({ title, queries, unit }, index) => ({
      id: index + 1,
      type: 'timeseries',
      title,
      datasource,
      gridPos: { x: (index % 3) * 8, y: Math.floor(index / 3) * 8, w: 8, h: 8 },
      fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
      targets: queries.map(({ expression, legend }, at) => ({
        refId: String.fromCharCode(65 + at),
        datasource,
        expr: expression,
        legendFormat: legend,
      })),
    })),
  };
}

/** The variable of the dashboard. */
const datasource = { type: 'prometheus', uid: '$datasource' };

/** The numbers for whoever writes about them. */
export function metricsReference(): readonly MetricRow[] {
  return Object.values(metricsTable);
}
