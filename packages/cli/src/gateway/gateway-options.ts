import type { GatewayOptions } from '@duoport/gateway';
import type { GatewayPlan } from './plan.ts';

/** The plan in the gateway's words. Where to listen is the caller's. */
export function gatewayOptions(
  plan: GatewayPlan,
  tellers: Pick<GatewayOptions, 'log' | 'trace'>,
): Omit<GatewayOptions, 'listen'> {
  const { certificate } = plan;
  return {
    ...tellers,
    to: plan.servers,
    client: {
      ports: plan.passivePorts,
      address: plan.passiveAddress,
      sourcePort: plan.activeSourcePort,
      tls: certificate && { cert: certificate.cert, key: certificate.key },
    },
    server: { ports: plan.serverPorts },
    commands: { readOnly: plan.readOnly, requireTls: plan.requireTls },
    timeouts: { data: plan.dataTimeout },
  };
}
