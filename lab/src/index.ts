export { buildLab, type Lab, type LabOptions } from './build.ts';
export { type DrawingOptions, drawRun } from './drawing/draw-run.ts';
export { runTable } from './drawing/run-table.ts';
export { duoportCommand, repository } from './drivers/programs.ts';
export type { RunningServer as LabServer } from './drivers/server.ts';
export { removeLeftovers } from './leftovers.ts';
export type { CellReport, Try } from './matrix/cell-report.ts';
export { documentText } from './matrix/document.ts';
export { type MatrixProgress, type MatrixReport, runMatrix } from './matrix/run-matrix.ts';
export { tableLines } from './matrix/table.ts';
export type { RunOptions, RunResult } from './processes.ts';
export { proofCases } from './proof/cases.ts';
export { proofPage } from './proof/page.ts';
export type { ProofReport } from './proof/prove.ts';
export { ProofGround } from './proof/run.ts';
export { whatLabLacks } from './requirements.ts';
export {
  type CellRun,
  type RunTopologyOptions,
  runTopology,
  type TopologyRun,
} from './run/run-topology.ts';
export { findTopology, topologies } from './topologies.ts';
export type {
  AgentSpec,
  ClientSpec,
  Expectation,
  ExpectedCell,
  ExpectedFailure,
  HostSpec,
  LinkSpec,
  PassiveAddressRule,
  ServerSpec,
  Topology,
} from './topology.ts';
