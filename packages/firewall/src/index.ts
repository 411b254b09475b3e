export type { Flow } from './flow.ts';
export type { FirewallRequest, Mode, NatFacts, PortRange, Side } from './request.ts';
export { type Answer, type Note, type Refusal, type Rules, type Target, targets } from './rules.ts';
