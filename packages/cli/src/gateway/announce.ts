import { networkInterfaces } from 'node:os';
import type { Endpoint } from '@duoport/protocol';
import { reachableAddresses } from '../serve/addresses.ts';
import type { Terminal } from '../terminal.ts';
import { type GatewayAnnouncement, gatewayLines } from './announcement.ts';
import type { RunningGateway } from './gateway-desk.ts';
import { passLines } from './pass-announcement.ts';
import type { PassPlan } from './pass-plan.ts';
import type { GatewayPlan } from './plan.ts';

interface Known {
  readonly portRemark: string | undefined;
  readonly metrics: Endpoint | undefined;
}

/** Says that a gateway is ready, and what for. */
export function announceGateway(
  terminal: Terminal,
  running: RunningGateway,
  known: Known,
  plan: GatewayPlan | PassPlan,
): void {
  const doors = running.listening.map(({ address, port, implicitTls }) => ({
    port,
    implicitTls,
    addresses: reachableAddresses(address, networkInterfaces()),
  }));
  const what = { ...known, doors };
  const isPass = !('certificate' in plan);
  if (terminal.json) {
    const facts = isPass ? passFacts(plan) : gatewayFacts(plan);
    terminal.object({ event: 'ready', pid: process.pid, ...facts, servers: serversOf(plan), ...what });
    return;
  }
  const modes = { passive: true, active: true };
  const lines = isPass
    ? passLines({ ...plan, ...what })
    : gatewayLines({ ...plan, ...what, modes, singlePort: false } satisfies GatewayAnnouncement);
  for (const line of lines) terminal.result(line);
}

function serversOf({ servers }: GatewayPlan | PassPlan): readonly object[] {
  return servers.map(({ host, port, tls, service, who, weight, priority, data }) => ({
    host,
    port,
    tls,
    service,
    who,
    weight,
    priority,
    data,
  }));
}

function gatewayFacts({ certificate, choice, balance, ...plan }: GatewayPlan): object {
  const {
    serverMode,
    serverPorts,
    passivePorts,
    passiveAddress,
    activeSourcePort,
    requireTls,
    readOnly,
    peers,
  } = plan;
  return {
    balance: choice === undefined ? balance : undefined,
    choice: choice?.kind,
    allow: choice?.allow,
    serverMode,
    serverPorts,
    passivePorts,
    passiveAddress,
    activeSourcePort,
    certificate: certificate && { sha256: certificate.sha256, selfSigned: certificate.selfSigned },
    requireTls,
    fxp: peers.kind === 'networks' ? peers.networks.text : peers.kind === 'any' ? ['any'] : undefined,
    readOnly,
  };
}

function passFacts({ balance, singlePort }: PassPlan): object {
  return { passTls: true, balance, singlePort };
}
