import { networkInterfaces } from 'node:os';
import path from 'node:path';
import type { GatewayEvent, ServerMode } from '@duoport/gateway';
import { type Endpoint, formatEndpoint } from '@duoport/protocol';
import { AgentRegistry, type RelayEvent, RelayServer } from '@duoport/relay';
import { stateFolder, writeState } from '../admin/state.ts';
import type { FrontFlags } from '../flags/serve-flags.ts';
import { defaultPassivePorts, type ListenAddress, type PortRange } from '../flags/values.ts';
import { frontOf } from '../gateway/front.ts';
import { serveMetrics } from '../metrics-page.ts';
import { printable } from '../printable.ts';
import { reachableAddresses } from '../serve/addresses.ts';
import { certificateOf, checkCertificateFlags } from '../serve/certificate.ts';
import { spareTheCollector } from '../spare-the-collector.ts';
import { createTerminal, type ProcessIo, type Terminal } from '../terminal.ts';
import { traceTo } from '../trace/session-trace.ts';
import { untilStopped } from '../until-stopped.ts';
import { UsageError } from '../usage-error.ts';
import { relayIdentity } from './identity.ts';
import { relayMetricsText } from './relay-metrics.ts';
import { sessionTeller } from './session-teller.ts';
import { wayText } from './way-text.ts';

export interface RelayServeFlags extends FrontFlags {
  /** Where agents dial in. */
  readonly listen: ListenAddress;
  readonly controlPorts?: PortRange;
  readonly control?: readonly ListenAddress[];
  readonly publicName?: string;
  readonly state?: string;
  readonly serverMode: ServerMode;
  readonly serverTls?: boolean;
  readonly readOnly?: boolean;
  readonly metrics?: ListenAddress;
}

/** `duoport relay serve` */
export async function serveRelay(io: ProcessIo, flags: RelayServeFlags): Promise<void> {
  const terminal = createTerminal(io, flags);
  checkFlags(flags);
  const folder = stateFolder(io, flags.state, 'relay');
  const identity = await relayIdentity(folder, flags);
  const certificate = flags.tlsSelfSigned === true ? identity : await certificateOf(flags);
  const { log, sessionLog } = tellers(terminal, flags);
  const trace =
    flags.trace === true
      ? (session: number) => ({
          client: traceTo(terminal, `#${session} client side`),
          server: traceTo(terminal, `#${session} server side`),
        })
      : undefined;
  const { cert, key } = identity;
  spareTheCollector();
  const relay = new RelayServer({
    registry: new AgentRegistry(folder),
    agents: { ...flags.listen, tls: { cert, key } },
    control: {
      ports: flags.controlPorts,
      shared: [
        ...(flags.control ?? []),
        ...(flags.listenTls ?? []).map((where) => ({ ...where, implicitTls: true })),
      ],
    },
    client: frontOf({ ...flags, certificate, passivePorts: flags.passivePorts ?? defaultPassivePorts }),
    server: { mode: flags.serverMode, tls: flags.serverTls === true ? 'explicit' : 'none' },
    commands: { readOnly: flags.readOnly === true, requireTls: flags.requireTls ?? 'none' },
    timeouts: { data: flags.dataTimeout },
    log,
    sessionLog,
    trace,
  });
  await relay.start();
  await using metrics = flags.metrics && (await serveMetrics(flags.metrics, () => relayMetricsText(relay)));
  const { address = '0.0.0.0', port = 0 } = relay.agentEndpoint ?? {};
  const host = flags.publicName ?? reachableAddresses(address, networkInterfaces())[0] ?? '127.0.0.1';
  // What `relay invite` puts into its words. A certificate that an authority vouches for may be renewed, so it is not pinned.
  const fingerprint = identity.selfSigned ? identity.sha256 : undefined;
  await writeState(path.join(folder, 'relay.json'), { host, port, fingerprint });
  announce(terminal, { host, port, folder, relay, fingerprint: identity.sha256, metrics: metrics?.endpoint });
  await untilStopped(io, relay, { terminal, grace: flags.grace });
}

function checkFlags(flags: RelayServeFlags): void {
  checkCertificateFlags(flags);
  if (flags.controlPorts === undefined && (flags.control ?? flags.listenTls) === undefined) {
    throw new UsageError(
      'Say where clients dial in: --control-ports LO-HI gives each server a port of its own, --control PORT is one for all, by name.',
    );
  }
}

interface Standing {
  readonly host: string;
  readonly port: number;
  readonly folder: string;
  readonly relay: RelayServer;
  readonly fingerprint: string;
  readonly metrics: Endpoint | undefined;
}

function announce(terminal: Terminal, { host, port, folder, relay, fingerprint, metrics }: Standing): void {
  const control = relay.listening.map(({ address, port: at, implicitTls }) => ({
    address,
    port: at,
    implicitTls,
  }));
  if (terminal.json) {
    const agents = { host, port, fingerprint };
    terminal.object({ event: 'ready', agents, control, state: folder, ...(metrics && { metrics }) });
    return;
  }
  terminal.result(`Agents dial ${host}:${port} (certificate ${fingerprint})`);
  if (metrics !== undefined) terminal.result(`Counters: http://${formatEndpoint(metrics)}/metrics`);
  terminal.result('duoport relay invite NAME lets one in.');
  terminal.result('Ctrl-C ends it: transfers that are running may finish. A second Ctrl-C ends it at once.');
}

function tellers(
  terminal: Terminal,
  flags: RelayServeFlags,
): { readonly log: (event: RelayEvent) => void; readonly sessionLog: (event: GatewayEvent) => void } {
  return {
    log: (event) => {
      const { kind, ...facts } = event;
      const plain = 'error' in facts ? { ...facts, error: String(facts.error) } : facts;
      if (terminal.json) terminal.object({ event: kind, time: new Date().toISOString(), ...plain });
      else terminal.talk(lineOf(event));
    },
    sessionLog: sessionTeller(terminal, { verbose: flags.verbose === true }),
  };
}

function lineOf(event: RelayEvent): string {
  switch (event.kind) {
    case 'agent-connected': {
      const how = event.invited ? 'connected with an invitation' : 'connected';
      return `Agent ${event.agent} ${how} from ${formatEndpoint(event.from)}`;
    }
    case 'agent-refused':
      return `An agent from ${formatEndpoint(event.from)} was refused: ${printable(event.because)}`;
    case 'agent-lost':
      return `Agent ${event.agent} is gone: ${printable(event.because)}`;
    case 'published':
      return `${event.service} is published on port ${event.port}`;
    case 'not-published':
      return `${event.service} is not published: ${printable(event.because)}`;
    case 'way':
      return `Data of ${event.agent}: ${wayText(event)}`;
    case 'neighbours':
      return `A client of ${event.service} comes from the public address of its server, ${event.address}: they are in the same private network; ${
        event.data === 'private' ? 'the agent names its private address' : 'its data stay on the relay'
      }`;
    case 'carried':
      return `${formatEndpoint(event.client)} is passed on to ${event.service}, whose agent holds the session`;
    case 'fault':
      return `A fault of duoport: ${printable(String(event.error))}`;
  }
}
