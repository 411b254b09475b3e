import path from 'node:path';
import type { HttpProxy } from '@duoport/net';
import { formatEndpoint } from '@duoport/protocol';
import {
  type AgentEvent,
  type AgentService,
  decodeInvitation,
  generateAgentKey,
  isLabel,
  RelayAgent,
  readAgentKey,
} from '@duoport/relay';
import { InvalidArgumentError } from 'commander';
import { readState, stateFolder, writeState } from '../admin/state.ts';
import { readText } from '../flags/connection-flags.ts';
import type { ListenAddress, PortRange } from '../flags/values.ts';
import { parseUpstream } from '../gateway/upstream-url.ts';
import { printable } from '../printable.ts';
import { spareTheCollector } from '../spare-the-collector.ts';
import { createTerminal, type ProcessIo, type Terminal } from '../terminal.ts';
import { untilStopped } from '../until-stopped.ts';
import { CommandError, UsageError } from '../usage-error.ts';

export interface ConnectFlags {
  readonly to: readonly AgentService[];
  readonly invitation?: string;
  readonly relay?: ListenAddress;
  readonly caFile?: string;
  readonly proxy?: HttpProxy;
  readonly dataPorts?: PortRange;
  readonly activePorts?: PortRange;
  readonly sendProxy?: 1 | 2;
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
  checkServices(flags.to);
  const file = path.join(stateFolder(io, flags.state, 'agent'), 'agent.json');
  const { agent, secret } = await agentOf(file, flags);
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
    services: flags.to.map((service) => ({ ...service, dataPorts: flags.dataPorts })),
    ports: flags.activePorts,
    proxyHeader: flags.sendProxy,
    log: (event) => tell(terminal, event, flags.verbose === true),
  });
  spareTheCollector();
  const running = relay.run();
  const stopping = untilStopped(io, { sessions: 0, close: () => relay.close() }, { terminal, grace: 0 });
  await Promise.race([running, stopping]);
  await relay.close();
}

function checkServices(services: readonly AgentService[]): void {
  const names = services.map(({ name }) => name);
  if (new Set(names).size !== names.length)
    throw new UsageError('Several --to need names of their own: --to ftp://A --to files=ftp://B');
}

/** `ftp://HOST[:PORT]`, or `NAME=ftp://HOST[:PORT]`. */
export function parseService(text: string): AgentService {
  const [, name = '', url = ''] = /^(?:([^=/:]*)=)?(.*)$/s.exec(text) ?? [];
  if (name !== '' && !isLabel(name))
    throw new InvalidArgumentError('A service has a name of small letters and digits: files=ftp://HOST.');
  const { host, port, tls } = parseUpstream(url);
  if (tls !== 'none')
    throw new InvalidArgumentError(
      'Write ftp://HOST: TLS to the server is what relay serve --server-tls says.',
    );
  return { name, host, port };
}

/** `http://[USER:PASSWORD@]HOST:PORT` */
export function parseHttpProxy(text: string): HttpProxy {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' || url.hostname === '')
    throw new InvalidArgumentError('A proxy is written http://[USER:PASSWORD@]HOST:PORT.');
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? 80 : Number(url.port),
    ...(url.username === ''
      ? {}
      : { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }),
  };
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
