export { firewallCommand } from './command.ts';
export { FirewallError } from './firewall-error.ts';
export type { Flow } from './flow.ts';
export { firewallRules } from './generate.ts';
export { neededFlows } from './needed-flows.ts';
export { type Place, type PlaceField, placeFields } from './place.ts';
export type { FirewallRequest, Mode, NatFacts, PortRange, Side, Spread, Steer } from './request.ts';
export { type Answer, type Note, type Refusal, type Rules, type Target, targets } from './rules.ts';
export { type TargetFacts, targetFacts } from './target-facts.ts';
