import { type GatewayOptions, type RouteRule, routeByRules, type Upstream } from '@duoport/gateway';
import { frontOf } from './front.ts';
import type { GatewayPlan } from './plan.ts';
import type { UpstreamUrl } from './upstream-url.ts';
import { destinationOf } from './way.ts';

/** The plan in the gateway's words. Where to listen is the caller's. */
export function gatewayOptions(
  plan: GatewayPlan,
  tellers: Pick<GatewayOptions, 'log' | 'trace' | 'onHealth' | 'audit'>,
): Omit<GatewayOptions, 'listen'> {
  return {
    ...tellers,
    ...(plan.choice === undefined ? { to: toOf(plan.servers) } : destinationOf(plan.choice, plan.server)),
    balance: plan.balance,
    health: plan.health,
    users: plan.users,
    client: { ...frontOf(plan), neighbours: plan.neighbours, proxy: plan.proxy, peers: plan.peers },
    server: { ports: plan.serverPorts },
    commands: { readOnly: plan.readOnly, requireTls: plan.requireTls },
    timeouts: { data: plan.dataTimeout },
  };
}

/** Servers for the same clients make one rule, in the order in which they were first named; those for everybody come last. Undefined: all are. */
export function rulesOf<Server extends Upstream & UpstreamUrl>(
  servers: readonly Server[],
): readonly RouteRule[] | undefined {
  if (servers.every(({ who }) => who === undefined)) return undefined;
  const rules = new Map<string, RouteRule>();
  for (const server of [...servers.filter(({ who }) => who), ...servers.filter(({ who }) => !who)]) {
    const key = JSON.stringify(server.who ?? {});
    rules.set(key, { ...server.who, to: [...(rules.get(key)?.to ?? []), server] });
  }
  return [...rules.values()];
}

function toOf(servers: GatewayPlan['servers']): GatewayOptions['to'] {
  const rules = rulesOf(servers);
  return rules === undefined ? servers : routeByRules(rules);
}
