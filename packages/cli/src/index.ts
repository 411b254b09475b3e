export {
  type ImportTable,
  importTables,
  type KeySchema,
  type SettingsReference,
  settingsReference,
} from './config/reference.ts';
export { exitCode, run } from './program.ts';
export { dashboard as metricsDashboard, metricsReference } from './seeing/dashboard.ts';
export type { ProcessIo } from './terminal.ts';
export type { LayoutOptions } from './trace/layout.ts';
export { renderTrace, TraceRenderer } from './trace/trace-renderer.ts';
