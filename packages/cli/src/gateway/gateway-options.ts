import { type GatewayOptions, type RouteRule, routeByRules } from '@duoport/gateway';
import type { GatewayPlan } from './plan.ts';
import { destinationOf } from './way.ts';

/** The plan in the gateway's words. Where to listen is the caller's. */
export function gatewayOptions(
  plan: GatewayPlan,
  tellers: Pick<GatewayOptions, 'log' | 'trace' | 'onHealth' | 'audit'>,
): Omit<GatewayOptions, 'listen'> {
  const { certificate } = plan;
  return {
    ...tellers,
    ...(plan.choice === undefined ? { to: routeOf(plan.servers) } : destinationOf(plan.choice, plan.server)),
    balance: plan.balance,
    health: plan.health,
    users: plan.users,
    client: {
      ports: plan.passivePorts,
      address: plan.passiveAddress,
      sourcePort: plan.activeSourcePort,
      proxy: plan.proxy,
      tls: certificate && { cert: certificate.cert, key: certificate.key },
    },
    server: { ports: plan.serverPorts },
    commands: { readOnly: plan.readOnly, requireTls: plan.requireTls },
    timeouts: { data: plan.dataTimeout },
  };
}

/** Servers for the same clients make one rule, in the order in which they were first named; those for everybody come last. */
function routeOf(servers: GatewayPlan['servers']): GatewayOptions['to'] {
  if (servers.every(({ who }) => who === undefined)) return servers;
  const rules = new Map<string, RouteRule>();
  for (const server of [...servers.filter(({ who }) => who), ...servers.filter(({ who }) => !who)]) {
    const key = JSON.stringify(server.who ?? {});
    rules.set(key, { ...server.who, to: [...(rules.get(key)?.to ?? []), server] });
  }
  return routeByRules([...rules.values()]);
}
