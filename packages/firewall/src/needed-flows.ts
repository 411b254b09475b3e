import { type CheckedRequest, checkRequest } from './check.ts';
import type { Flow } from './flow.ts';
import type { FirewallRequest, PortRange } from './request.ts';
import { highPorts, port } from './text.ts';

/**
 * The connections that must be let through at the machine that the request is about, and need a rule there: the tightest
 * set with which the modes work, none where all goes to gateways. What goes out of the machine itself is in it only with `strictOutput`. Throws
 * FirewallError when the request makes no sense.
 */
export function neededFlows(request: FirewallRequest): readonly Flow[] {
  const checked = checkRequest(request);
  if (checked.steer !== undefined || checked.spread !== undefined) return [];
  const flows = [controlFlow(checked), ...passive(checked), ...active(checked)];
  return flows.filter(({ direction }) => direction !== 'out' || checked.strictOutput);
}

/** The control connection, also where it goes out and needs no rule of its own. */
export function controlFlow(request: CheckedRequest): Flow {
  const { nat } = request;
  const why =
    request.singlePort && request.modes.includes('passive')
      ? 'control connection, and passive data connections on the same port'
      : 'control connection: login and every command';
  return {
    ...fromClient(request),
    id: 'control',
    destinationPorts: request.controlPorts.map(port),
    outsidePorts: nat?.kind === 'forward' ? nat.publicControlPorts.map(port) : undefined,
    state: 'new',
    why,
  };
}

function passive(request: CheckedRequest): readonly Flow[] {
  const { passivePorts, nat } = request;
  if (!request.modes.includes('passive') || request.singlePort) return [];
  const flow = { ...fromClient(request), id: 'passive-data' as const };
  const flows: Flow[] = [];
  if (request.helper) {
    const why = 'passive mode: the client dials the port that the helper saw the server announce';
    // A helper that also translates makes the outer port up, so there is no range to say.
    const destinationPorts = [passivePorts ?? highPorts];
    flows.push({ ...flow, destinationPorts, outsidePorts: undefined, state: 'related', why });
  }
  if (passivePorts !== undefined && (!request.helper || request.tls)) {
    const why = request.helper
      ? 'passive mode under TLS: the helper is blind, so the range itself is open'
      : 'passive mode: the client dials the data connection to this range';
    const outsidePorts = nat?.kind === 'forward' ? [shifted(passivePorts, nat.portOffset)] : undefined;
    flows.push({ ...flow, destinationPorts: [passivePorts], outsidePorts, state: 'new', why });
  }
  return flows;
}

function active(request: CheckedRequest): readonly Flow[] {
  if (!request.modes.includes('active')) return [];
  const destinationPorts = [request.activePorts ?? highPorts];
  const flow = {
    ...fromServer(request),
    id: 'active-data' as const,
    destinationPorts,
    outsidePorts: undefined,
  };
  const from = request.sourcePort === undefined ? '' : ` from port ${request.sourcePort}`;
  const flows: Flow[] = [];
  if (request.helper) {
    const why = `active mode: the server dials${from} to the port that the helper saw the client announce`;
    flows.push({ ...flow, state: 'related', why });
  }
  if (!request.helper || request.tls) {
    const why = request.helper
      ? `active mode under TLS: the helper is blind, so what the server dials${from} is open`
      : `active mode: the server dials the data connection to the client${from}`;
    flows.push({ ...flow, state: 'new', why });
  }
  return flows;
}

type Ends = Pick<Flow, 'by' | 'direction' | 'from' | 'to' | 'sourcePorts'>;

function fromClient(request: CheckedRequest): Ends {
  const direction = { server: 'in', client: 'out', middle: 'through' } as const;
  return {
    by: 'client',
    direction: direction[request.side],
    from: request.clients,
    to: serversOf(request),
    sourcePorts: undefined,
  };
}

function fromServer(request: CheckedRequest): Ends {
  const direction = { server: 'out', client: 'in', middle: 'through' } as const;
  return {
    by: 'server',
    direction: direction[request.side],
    from: serversOf(request),
    to: request.clients,
    sourcePorts: request.sourcePort === undefined ? undefined : port(request.sourcePort),
  };
}

/** Behind port forwarding the server has its inner address by the time a packet is let through or not. */
function serversOf({ nat, servers }: CheckedRequest): readonly string[] {
  return nat?.kind === 'forward' ? [nat.server] : servers;
}

function shifted({ low, high }: PortRange, offset: number): PortRange {
  return { low: low + offset, high: high + offset };
}
