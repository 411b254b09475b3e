export { buildLab, type Lab, type LabOptions } from './build.ts';
export { removeLeftovers } from './leftovers.ts';
export type { RunOptions, RunResult } from './processes.ts';
export { whatLabLacks } from './requirements.ts';
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
