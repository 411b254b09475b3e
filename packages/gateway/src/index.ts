export type { Balance } from './fleet/balance.ts';
export type { EjectionPolicy, HealthEvent, ServerStatus } from './fleet/fleet.ts';
export type { HealthOptions } from './fleet/health-monitor.ts';
export type { ProbeLogin } from './fleet/probe.ts';
export { createGateway, type FtpGateway } from './gateway.ts';
export type { GatewayEvent, GatewayLog } from './log.ts';
export type { GatewayListen, GatewayOptions } from './options.ts';
export { type CommandPolicy, type Handling, rewrite } from './rewrite.ts';
export { type RouteRule, routeByRules } from './routes/by-rules.ts';
export {
  type ForwardByLoginOptions,
  forwardByLogin,
  type TargetSettings,
} from './routes/forward-by-login.ts';
export type { ServerMode } from './server-verbs.ts';
export type { Route, Routed, RouteFacts, ServerWay, Upstream } from './upstream.ts';
