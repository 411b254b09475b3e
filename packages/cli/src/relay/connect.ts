import path from 'node:path';
import type { Neighbours, ServerMode } from '@duoport/gateway';
import type { HttpProxy } from '@duoport/net';
import { formatEndpoint } from '@duoport/protocol';
import {
  type AgentEvent,
  type AgentService,
  type DirectOptions,
  decodeInvitation,
  generateAgentKey,
  RelayAgent,
  readAgentKey,
} from '@duoport/relay';
import { readState, stateFolder, writeState } from '../admin/state.ts';
import { readText } from '../flags/connection-flags.ts';
import type { ServeFlags } from '../flags/serve-flags.ts';
import type { ListenAddress, PortRange } from '../flags/values.ts';
import { printable } from '../printable.ts';
import { type Certificate, checkCertificateFlags } from '../serve/certificate.ts';
import { spareTheCollector } from '../spare-the-collector.ts';
import { createTerminal, type ProcessIo, type Terminal } from '../terminal.ts';
import { untilStopped } from '../until-stopped.ts';
import { CommandError, UsageError } from '../usage-error.ts';
import { relayIdentity } from './identity.ts';
import { sessionTeller } from './session-teller.ts';
import { wayText } from './way-text.ts';

/** With a certificate the clients' TLS ends at the agent. */
export const endToEndFlags = [
  'tlsCert',
  'tlsKey',
  'tlsSelfSigned',
  'requireTls',
] as const satisfies readonly (keyof ServeFlags)[];

export interface ConnectFlags extends Pick<ServeFlags, (typeof endToEndFlags)[number]> {
  readonly to: readonly AgentService[];
  readonly invitation?: string;
  readonly relay?: ListenAddress;
  readonly caFile?: string;
  readonly proxy?: HttpProxy;
  readonly dataPorts?: PortRange;
  readonly activePorts?: PortRange;
  readonly sendProxy?: 1 | 2;
  readonly serverMode: ServerMode;
  readonly neighbours: Neighbours;
  readonly neighbourPorts?: PortRange;
  readonly direct?: DirectOptions;
  readonly directClear?: boolean;
  readonly state?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

interface Agent {
  readonly host: string;
  readonly port: number;
  readonly fingerprint: string | undefined;
  readonly name: string;
  readonly key: string;
}

/** `duoport relay connect --to URL` */
export async function connectAgent(io: ProcessIo, flags: ConnectFlags): Promise<void> {
  const terminal = createTerminal(io, flags);
  checkFlags(flags);
  const folder = stateFolder(io, flags.state, 'agent');
  const { agent, secret } = await agentOf(path.join(folder, 'agent.json'), flags);
  const certificate = await endToEndCertificate(folder, flags);
  const ca = flags.caFile === undefined ? undefined : await readText('--ca-file', flags.caFile);
  const relay = new RelayAgent({
    relay: {
      host: flags.relay?.host ?? agent.host,
      port: flags.relay?.port ?? agent.port,
      tls: { fingerprint: ca === undefined ? agent.fingerprint : undefined, ca },
      proxy: flags.proxy,
    },
    name: agent.name,
    key: readAgentKey(agent.key),
    secret,
    services: flags.to.map((service) => ({
      ...service,
      dataPorts: flags.dataPorts,
      tls: certificate && { cert: certificate.cert, key: certificate.key },
      requireTls: flags.requireTls,
    })),
    serverMode: flags.serverMode,
    direct: flags.direct && { ...flags.direct, clear: flags.directClear },
    neighbours: flags.neighbours === 'private' ? { ports: flags.neighbourPorts } : undefined,
    ports: flags.activePorts,
    proxyHeader: flags.sendProxy,
    log: (event) => tell(terminal, event, flags.verbose === true),
    sessionLog: sessionTeller(terminal, { verbose: flags.verbose === true }),
  });
  spareTheCollector();
  if (certificate !== undefined) announce(terminal, certificate);
  const running = relay.run();
  const stopping = untilStopped(io, { sessions: 0, close: () => relay.close() }, { terminal, grace: 0 });
  await Promise.race([running, stopping]);
  await relay.close();
}

/** Kept where it is made here: clients pin it. */
async function endToEndCertificate(folder: string, flags: ConnectFlags): Promise<Certificate | undefined> {
  const isAsked = flags.tlsSelfSigned === true || flags.tlsCert !== undefined;
  return isAsked ? await relayIdentity(folder, flags) : undefined;
}

function announce(terminal: Terminal, { sha256 }: Certificate): void {
  if (terminal.json) terminal.object({ event: 'end-to-end', fingerprint: sha256 });
  else terminal.talk(`TLS of the clients ends here: certificate ${sha256}`);
}

function checkFlags(flags: ConnectFlags): void {
  checkCertificateFlags(flags);
  const { to, neighbours, neighbourPorts, serverMode, tlsCert, tlsSelfSigned } = flags;
  if (flags.directClear === true && flags.direct === undefined)
    throw new UsageError('--direct-clear is for --direct, which says where the relay can dial this machine.');
  if (neighbourPorts !== undefined && neighbours !== 'private')
    throw new UsageError('--neighbour-ports are for --neighbours private.');
  const holdsSessions = tlsCert !== undefined || tlsSelfSigned === true || neighbours === 'private';
  if (serverMode !== 'passive' && !holdsSessions)
    throw new UsageError(
      '--server-mode is for sessions that the agent holds, with a certificate or --neighbours private; for the others it is a flag of relay serve.',
    );
  const names = to.map(({ name }) => name);
  if (new Set(names).size !== names.length)
    throw new UsageError('Several --to need names of their own: --to ftp://A --to files=ftp://B');
}

/** With an invitation the agent gets a key, which is kept before anybody knows it; later it is read. */
async function agentOf(
  file: string,
  { invitation: word }: ConnectFlags,
): Promise<{ readonly agent: Agent; readonly secret: string | undefined }> {
  if (word === undefined) return { agent: await keptAgent(file), secret: undefined };
  const invitation = decodeInvitation(word);
  if (invitation === undefined)
    throw new UsageError(
      '--invitation: that is no invitation, or not all of it; duoport relay invite prints one word.',
    );
  const { host, port, fingerprint, name, secret } = invitation;
  const agent = { host, port, fingerprint, name, key: generateAgentKey() };
  await writeState(file, agent);
  return { agent, secret };
}

async function keptAgent(file: string): Promise<Agent> {
  const { host, port, fingerprint, name, key } = (await readState(file)) ?? {};
  if (
    typeof host !== 'string' ||
    typeof port !== 'number' ||
    typeof name !== 'string' ||
    typeof key !== 'string'
  )
    throw new CommandError(
      `There is no agent in ${file} yet: begin with --invitation WORD, which duoport relay invite prints.`,
    );
  return { host, port, name, key, fingerprint: typeof fingerprint === 'string' ? fingerprint : undefined };
}

function tell(terminal: Terminal, event: AgentEvent, verbose: boolean): void {
  if (terminal.json) {
    const { kind, ...facts } = event;
    terminal.object({ event: kind, time: new Date().toISOString(), ...facts });
    return;
  }
  const line = lineOf(event, verbose);
  if (line !== undefined) terminal.talk(line);
}

function lineOf(event: AgentEvent, verbose: boolean): string | undefined {
  switch (event.kind) {
    case 'connected': {
      const ports = Object.entries(event.services).map(([name, port]) => {
        const at = port === 0 ? 'by its name' : `on port ${port}`;
        return name === '' ? at : `${name} ${at}`;
      });
      return `Connected to the relay ${formatEndpoint(event.relay)}; clients come in ${ports.join(', ')}`;
    }
    case 'way':
      return `Data: ${wayText(event)}`;
    case 'lost':
      return `Not connected: ${printable(event.because)}. Again in ${(event.again / 1000).toFixed(1)} s`;
    case 'refused':
      return `Refused to the relay: ${printable(event.what)}: ${printable(event.because)}`;
    case 'failed':
      return `Could not open ${printable(event.what)}: ${printable(event.error)}`;
    case 'opened':
      return verbose ? `Opened a ${event.what} connection to ${formatEndpoint(event.peer)}` : undefined;
  }
}
