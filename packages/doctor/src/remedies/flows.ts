import { type FirewallRequest, firewallCommand, type Side } from '@duoport/firewall';
import type { Facts } from '../facts.ts';
import type { HopSide, Remedy } from '../report.ts';
import { roundRange, seenRange } from '../rules/range.ts';
import type { Case } from '../verdict.ts';

/** What every request of a run has: the control port, and TLS when a failed try was under it. */
function base({ facts, attempts }: Case): Pick<FirewallRequest, 'controlPorts' | 'tls'> {
  const secure = attempts.some((attempt) => attempt.secure);
  // A server of ours tells its own port, which is another than the dialled one where ports are mapped.
  return { controlPorts: [facts.innerPort ?? facts.seen.port], ...(secure ? { tls: true } : {}) };
}

/** Opens the passive range on the side where it is shut. Nothing without a range: then the server has to be given one first. */
export function openPassive(found: Case): readonly Remedy[] {
  const { facts, side } = found;
  const passivePorts = roundRange(seenRange(facts));
  if (passivePorts === undefined) return [];
  const ports = { ...base(found), modes: ['passive'] as const, passivePorts };
  const range = `${passivePorts.low}-${passivePorts.high}`;
  const exact = `${range} is the round range around the ports that were seen: write the one that the server is set to.`;
  if (side === 'client') return openPassiveFromClient(facts, ports, exact);
  if (side === 'middle') {
    const text = `On the box in the middle: let TCP connections from the client to ports ${range} of the server through. ${exact}`;
    return [flows('middle', { side: 'middle', ...ports, ...ends(facts) }, text)];
  }
  return openPassiveAtServer(facts, ports, { range, exact });
}

type PassivePorts = Omit<FirewallRequest, 'side'>;

function openPassiveFromClient(facts: Facts, ports: PassivePorts, exact: string): readonly Remedy[] {
  const { peer } = facts;
  const servers = peer === undefined ? {} : { servers: [peer] };
  return [
    flows(
      'client',
      { side: 'middle', ...ports, ...ends(facts) },
      `On the router or firewall in front of this machine: let what goes out to the passive ports of the server through. ${exact}`,
    ),
    flows(
      'client',
      { side: 'client', strictOutput: true, ...ports, ...servers },
      `On this machine, when its own firewall stops what goes out: let it out to the passive ports of the server. ${exact}`,
    ),
  ];
}

function openPassiveAtServer(
  facts: Facts,
  ports: PassivePorts,
  words: { readonly range: string; readonly exact: string },
): readonly Remedy[] {
  const { range, exact } = words;
  const host = flows(
    'server',
    { side: 'server', ...ports },
    `On the server’s host: let TCP ports ${range} in. ${exact}`,
  );
  const { innerServer, peer, serverNat } = facts;
  const known = innerServer !== undefined && (facts.seen.port === 21 || facts.innerPort !== undefined);
  if (serverNat && !known && peer !== undefined) {
    return [forwardInWords(facts, { ...ports, side: 'middle' }, words), host];
  }
  if (innerServer === undefined || peer === undefined) {
    const router = flows(
      'server',
      { side: 'middle', ...ports, ...(peer === undefined ? {} : { servers: [peer] }) },
      `On the firewall in front of the server: let TCP ports ${range} of the server through. ${exact}`,
    );
    return [host, router];
  }
  const forward = flows(
    'server',
    {
      side: 'middle',
      ...ports,
      nat: {
        kind: 'forward',
        server: innerServer,
        publicAddress: peer,
        publicControlPorts: [facts.seen.port],
      },
    },
    `On the router in front of the server: forward TCP ports ${range} to ${innerServer}, port by port. ${exact}`,
  );
  return [forward, host];
}

/**
 * Nobody told where behind its router the server is, or on which port it listens there: a rule that guesses could take away the
 * forwarding that the control connection has. So there are places to fill in.
 */
function forwardInWords(
  { peer, seen, innerServer, innerPort }: Facts,
  request: FirewallRequest,
  { range, exact }: { readonly range: string; readonly exact: string },
): Remedy {
  const port = innerPort ?? (seen.port === 21 ? 21 : standInPort);
  const server = innerServer ?? standIn;
  const nat = { kind: 'forward', server, publicAddress: peer, publicControlPorts: [seen.port] } as const;
  const command = firewallCommand({ ...request, controlPorts: [port], nat })
    .replace(`--control-port ${standInPort}`, '--control-port INSIDE-PORT')
    .replace(standIn, 'INSIDE');
  const blanks = [
    ...(server === standIn ? ['its inside address for INSIDE'] : []),
    ...(port === standInPort ? ['the port that it listens on for INSIDE-PORT'] : []),
  ].join(' and ');
  const text = `On the router in front of the server: forward TCP ports ${range} to the server, port by port. The rules, with ${blanks}: ${command} (${exact})`;
  return { kind: 'advice', side: 'server', text };
}

/** Of a network that is in nobody's use (RFC 5737), and a port that no server listens on. */
const standIn = '192.0.2.254';
const standInPort = 65_535;

/** Lets the server's connection in, on the side that stops it. */
export function openActive(found: Case): readonly Remedy[] {
  const { facts, side } = found;
  const request = activeRequest(found);
  const ports = request.activePorts;
  const range = ports === undefined ? 'the ports from 1024 up' : `ports ${ports.low}-${ports.high}`;
  const narrow =
    ports === undefined ? ' Narrower: give the client a port range (duoport: --port-range 45000-45010).' : '';
  const from = `${facts.peer ?? 'the server'}${request.sourcePort === undefined ? '' : ` port ${request.sourcePort}`}`;
  const servers = facts.peer === undefined ? {} : { servers: [facts.peer] };
  const here = flows(
    'client',
    { side: 'client', ...request, ...servers },
    `On this machine: let TCP from ${from} to ${range} in.${narrow}`,
  );
  const box = (where: Side, name: string): Remedy =>
    flows(
      where,
      { side: 'middle', ...request, ...ends(facts) },
      `${name}: let TCP from ${from} to ${range} of this machine through.${narrow}`,
    );
  if (found.code === 'active-blocked-here') return [here];
  if (side === 'client' || found.code === 'active-source-port') {
    const router = box('client', 'On the router or firewall in front of this machine');
    return found.code === 'active-source-port' && seenHere(found) ? [here] : [router, here];
  }
  if (side === 'middle') return [box('middle', 'On the box in the middle')];
  if (side === 'server') return [box('server', 'On the firewall in front of the server'), leaving(found)];
  return [here, box('client', 'Or on the router or firewall in front of this machine')];
}

/** The server's own host keeps its connection back. */
function leaving(found: Case): Remedy {
  const request = activeRequest(found);
  return flows(
    'server',
    { side: 'server', strictOutput: true, ...request },
    'On the server’s host, when its firewall stops what goes out: let its data connections out.',
  );
}

/** A helper that watches the control connection, on the box that translates or filters. Not under TLS. */
export function watchWithHelper(
  found: Case,
  options: { readonly side: Side; readonly mode: 'passive' | 'active'; readonly masquerade: boolean },
): Remedy {
  const { facts } = found;
  const request: FirewallRequest = {
    side: 'middle',
    modes: [options.mode],
    controlPorts: [facts.seen.port],
    helper: true,
    ...(options.masquerade ? { nat: { kind: 'masquerade' } } : {}),
    // Whom to translate: a router in front of this machine knows it by its own address.
    ...(options.masquerade && facts.local !== undefined ? { clients: [facts.local] } : {}),
  };
  const what = options.mode === 'active' ? 'PORT and EPRT' : '227 and 229';
  const text = `On the router or firewall where it ends: let its FTP helper watch port ${facts.seen.port}. It reads ${what} and opens what they name; under TLS it can read nothing.`;
  return flows(options.side, request, text);
}

function activeRequest(found: Case): Omit<FirewallRequest, 'side'> {
  const { asked } = found.facts.seen;
  const sourcePort = sourcePortOf(found);
  return {
    ...base(found),
    modes: ['active'],
    ...(asked.activePorts === undefined ? {} : { activePorts: asked.activePorts }),
    ...(sourcePort === undefined ? {} : { sourcePort }),
  };
}

/** The port that the server dials from, when it is always the same low one; a rule for a passing one would open nothing. */
function sourcePortOf({ attempts }: Case): number | undefined {
  const ports = attempts.flatMap(({ server, synsSeen }) => [
    ...(server?.sourcePort === undefined ? [] : [server.sourcePort]),
    ...(synsSeen ?? []).map((syn) => syn.port),
  ]);
  const [first] = ports;
  return first !== undefined && first < 1024 && ports.every((port) => port === first) ? first : undefined;
}

function seenHere({ attempts }: Case): boolean {
  return attempts.some((attempt) => (attempt.synsSeen ?? []).length > 0);
}

/** Both ends, for a box in between. With translation in between it may know them by other addresses: then none are named. */
function ends({ peer, local, clientNat, serverNat }: Facts): Pick<FirewallRequest, 'clients' | 'servers'> {
  if (clientNat || serverNat) return {};
  return {
    ...(local === undefined ? {} : { clients: [local] }),
    ...(peer === undefined ? {} : { servers: [peer] }),
  };
}

function flows(side: Side, request: FirewallRequest, text: string): Remedy {
  return { kind: 'flows', side, request, text };
}

/** A side as a `Side`, for remedies on a side that is not known for sure. */
export function sureSide(side: HopSide, otherwise: Side): Side {
  return side === 'unknown' ? otherwise : side;
}
