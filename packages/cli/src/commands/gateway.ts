import { networkInterfaces } from 'node:os';
import {
  type AuditEntry,
  createGateway,
  type FtpGateway,
  type GatewayEvent,
  type GatewayListen,
} from '@duoport/gateway';
import type { HttpPages } from '@duoport/net';
import { Command } from 'commander';
import { describeError } from '../describe-error.ts';
import { type GatewayAnnouncement, gatewayLines } from '../gateway/announcement.ts';
import { AuditFile } from '../gateway/audit-file.ts';
import { addGatewayFlags, type GatewayFlags } from '../gateway/flags.ts';
import { GatewayLines, healthLine } from '../gateway/gateway-lines.ts';
import { gatewayOptions } from '../gateway/gateway-options.ts';
import { handedOver } from '../gateway/handed-over.ts';
import { serveMetrics } from '../gateway/metrics-page.ts';
import { type GatewayPlan, planGateway } from '../gateway/plan.ts';
import { printable } from '../printable.ts';
import { reachableAddresses } from '../serve/addresses.ts';
import { startServer } from '../serve/start.ts';
import { createTerminal, type ProcessIo, type Terminal } from '../terminal.ts';
import { traceTo } from '../trace/session-trace.ts';
import { untilStopped } from '../until-stopped.ts';

/** `duoport gateway --to URL` */
export function gatewayCommand(io: ProcessIo): Command {
  const command = new Command('gateway')
    .description('stand between FTP clients and servers that cannot reach each other')
    .action((flags: GatewayFlags) => gateway(io, flags));
  return addGatewayFlags(command);
}

async function gateway(io: ProcessIo, flags: GatewayFlags): Promise<void> {
  const terminal = createTerminal(io, flags);
  const plan = await planGateway(flags);
  using audit = flags.audit === undefined ? undefined : new AuditFile(flags.audit);
  const options = gatewayOptions(plan, {
    audit: audit && auditTo(terminal, audit),
    log: logTo(terminal, flags),
    onHealth: (event) => {
      const now = new Date();
      if (terminal.json) terminal.object({ event: 'health', time: now.toISOString(), ...event });
      else terminal.talk(healthLine(event, now));
    },
    trace:
      flags.trace === true
        ? (session) => ({
            client: traceTo(terminal, `#${session} client side`),
            server: traceTo(terminal, `#${session} server side`),
          })
        : undefined,
  });
  const socks = plan.choice?.kind === 'socks';
  const start = async (listen: readonly GatewayListen[]): Promise<FtpGateway> => {
    const started = createGateway({ ...options, listen: listen.map((where) => ({ ...where, socks })) });
    await started.start();
    return started;
  };
  const handed = plan.listen === undefined ? handedOver(io.env, process.pid) : undefined;
  const { server, remark } =
    handed === undefined
      ? await startServer(plan.listen, start)
      : { server: await start(handed), remark: undefined };
  await using metrics = await metricsOf(flags, server, plan);
  announce(terminal, { ...announcementOf(plan, server, remark), metrics: metrics?.endpoint });
  await untilStopped(io, server, { terminal, grace: flags.grace });
}

function logTo(terminal: Terminal, flags: GatewayFlags): (event: GatewayEvent) => void {
  const lines = new GatewayLines({ verbose: flags.verbose === true });
  return (event) => {
    if (terminal.json) {
      terminal.object(lines.object(event, new Date()));
      return;
    }
    const line = lines.line(event, new Date());
    // A fault of ours is told even to whoever wants quiet.
    if (line !== undefined) event.kind === 'bug' ? terminal.warn(line) : terminal.talk(line);
  };
}

/** A disk that is full is told once, and no session is lost for it. */
function auditTo(terminal: Terminal, file: AuditFile): (entry: AuditEntry) => void {
  let broken = false;
  return (entry) => {
    try {
      file.write(entry, new Date());
      broken = false;
    } catch (error) {
      if (!broken) terminal.warn(`duoport: --audit ${printable(file.path)}: ${describeError(error)}`);
      broken = true;
    }
  };
}

/** A gateway that cannot be watched as it should be does not start. */
async function metricsOf(
  { metrics }: GatewayFlags,
  gateway: FtpGateway,
  { servers }: GatewayPlan,
): Promise<HttpPages | undefined> {
  if (metrics === undefined) return undefined;
  try {
    return await serveMetrics(metrics, gateway, servers);
  } catch (error) {
    await gateway.close({ grace: 0 });
    throw error;
  }
}

function announcementOf(
  plan: GatewayPlan,
  gateway: FtpGateway,
  portRemark: string | undefined,
): Omit<GatewayAnnouncement, 'metrics'> {
  const doors = gateway.listening.map(({ address, port, implicitTls }) => ({
    port,
    implicitTls,
    addresses: reachableAddresses(address, networkInterfaces()),
  }));
  return { ...plan, doors, modes: { passive: true, active: true }, singlePort: false, portRemark };
}

function announce(terminal: Terminal, what: GatewayAnnouncement): void {
  if (!terminal.json) {
    for (const line of gatewayLines(what)) terminal.result(line);
    return;
  }
  const { doors, choice, balance, serverMode, serverPorts, passivePorts, passiveAddress, activeSourcePort } =
    what;
  const { certificate, requireTls, readOnly, portRemark } = what;
  terminal.object({
    event: 'ready',
    doors,
    servers: what.servers.map(({ host, port, tls, service, who, weight, priority }) => ({
      host,
      port,
      tls,
      service,
      who,
      weight,
      priority,
    })),
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
    readOnly,
    portRemark,
    metrics: what.metrics,
  });
}
