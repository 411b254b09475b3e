export { generateAgentKey, readAgentKey } from './agent-key.ts';
export type { AgentService } from './agent-session.ts';
export type { DirectOptions } from './direct-places.ts';
export { decodeInvitation, encodeInvitation, type Invitation } from './invitation.ts';
export type { AgentEvent, DataWayFacts, RelayEvent } from './log.ts';
export { isLabel } from './names.ts';
export { AgentRegistry, type KnownAgent } from './registry.ts';
export { RelayAgent, type RelayAgentOptions } from './relay-agent.ts';
export { RelayServer, type RelayServerOptions } from './relay-server.ts';
