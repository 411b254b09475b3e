import { checkPort, checkPorts, checkRange, distinct } from './check-ports.ts';
import { checkSpread } from './check-spread.ts';
import { wrong } from './firewall-error.ts';
import { type Network, parseHost, parseNetwork, quoted, withoutOverlap } from './network.ts';
import type { FirewallRequest, Mode, NatFacts, Side, Spread, Steer } from './request.ts';

/**
 * A request that makes sense, with its defaults filled in. Every text in it was made anew from parsed values, so it can go
 * into a rule. A checked request is a request: checking it again gives the same.
 */
export interface CheckedRequest extends FirewallRequest {
  readonly modes: readonly Mode[];
  readonly controlPorts: readonly number[];
  readonly singlePort: boolean;
  readonly tls: boolean;
  readonly helper: boolean;
  /** Canonical, without overlap. Empty: everywhere. */
  readonly clients: readonly string[];
  readonly servers: readonly string[];
  readonly nat: CheckedNat | undefined;
  readonly strictOutput: boolean;
  readonly replies: boolean;
  readonly steer: Steer | undefined;
  readonly spread: Spread | undefined;
}

type CheckedNat =
  | {
      readonly kind: 'forward';
      readonly server: string;
      readonly publicAddress: string | undefined;
      readonly portOffset: number;
      readonly publicControlPorts: readonly number[];
    }
  | { readonly kind: 'masquerade'; readonly outInterface: string | undefined };

/** Throws FirewallError: what is wrong, and what to write. */
export function checkRequest(request: FirewallRequest): CheckedRequest {
  const controlPorts = distinct(checkPorts(request.controlPorts ?? [21], 'control port'));
  if (controlPorts.length === 0) wrong('There is no control port. Write one, for example 21.');
  const checked: CheckedRequest = {
    side: checkSide(request.side),
    modes: checkModes(request.modes),
    controlPorts,
    passivePorts: checkRange(request.passivePorts, 'passive range', '50000-50100'),
    activePorts: checkRange(request.activePorts, 'active range', '40000-40100'),
    sourcePort: request.sourcePort === undefined ? undefined : checkPort(request.sourcePort, 'source port'),
    singlePort: request.singlePort === true,
    tls: request.tls === true,
    helper: request.helper === true,
    clients: checkNetworks(request.clients, 'client network'),
    servers: checkNetworks(request.servers, 'server'),
    nat: checkNat(request.nat, controlPorts),
    strictOutput: request.strictOutput === true,
    replies: request.replies === true,
    steer: checkSteer(request.steer),
    spread: request.spread,
  };
  const { steer, spread } = checked;
  if (spread !== undefined) return checkSpread({ ...checked, spread });
  if (steer === undefined) checkTogether(checked);
  else checkSteered(checked, steer);
  return checked;
}

/** What each value may be alone is known; what they may not be together. */
function checkTogether(request: CheckedRequest): void {
  const { side, modes, nat, passivePorts, helper } = request;
  if (nat !== undefined && side !== 'middle') {
    wrong(
      `Address translation happens on a box in the middle, and the rules are for the ${side}. Write side middle.`,
    );
  }
  // On the client's own host passive data connections only go out, which needs a rule only where going out is shut.
  const passiveRule = modes.includes('passive') && (side !== 'client' || request.strictOutput);
  if (passiveRule && passivePorts === undefined && !request.singlePort) {
    if (helper && request.tls) {
      wrong(
        'Under TLS the helper sees nothing, so passive mode needs the range too. Write the passive range of the server, for example 50000-50100.',
      );
    }
    if (!helper) {
      wrong(
        'Passive mode needs the passive range of the server. Write it, for example 50000-50100 (1024-65535 when it is not known), or use the helper, or single port.',
      );
    }
  }
  if (passivePorts !== undefined && !request.singlePort) {
    const inside = request.controlPorts.find((port) => port >= passivePorts.low && port <= passivePorts.high);
    if (inside !== undefined)
      wrong(`The passive range holds the control port ${inside}. Write a range beside it.`);
  }
  checkForward(request);
  checkMasquerade(request);
  checkFamilies(request);
}

/** The gateway has both connections in its hands: nothing else is to be said of them. */
function checkSteered(request: CheckedRequest, { to }: Steer): void {
  const { side, modes, clients, controlPorts, nat, singlePort, helper, strictOutput, replies } = request;
  if (side !== 'middle') wrong('Connections are steered on a box in the middle. Write side middle.');
  if (clients.length === 0)
    wrong(
      'Whose connections are to be steered? Write the networks of the clients, for example 192.168.1.0/24.',
    );
  if (controlPorts.includes(to))
    wrong(
      `The gateway listens on port ${to}, which is a control port too. Write another one, for example 2100.`,
    );
  const { passivePorts, activePorts, sourcePort } = request;
  const more = [passivePorts, activePorts, sourcePort, nat].some((value) => value !== undefined);
  if (more || singlePort || helper || strictOutput || replies || modes.length !== 2)
    wrong(
      'Where connections are steered, the gateway makes the data connections of both modes. Leave out ranges, source port, single port, helper, address translation, strict output and replies, and write both modes.',
    );
  checkFamilies(request);
}

function checkForward({ nat, passivePorts, servers }: CheckedRequest): void {
  if (nat?.kind !== 'forward') return;
  if (servers.length > 0) {
    wrong('With port forwarding there is one server, the one behind the box. Leave the list of servers out.');
  }
  if (passivePorts === undefined) return;
  const low = passivePorts.low + nat.portOffset;
  const high = passivePorts.high + nat.portOffset;
  if (low < 1 || high > 65535) {
    wrong(
      `With the offset ${nat.portOffset} the outside would dial ports ${low}-${high}, which do not exist. Write an offset that stays within 1-65535.`,
    );
  }
  const inside = nat.publicControlPorts.find((port) => port >= low && port <= high);
  if (inside !== undefined)
    wrong(`The passive range as the outside sees it holds the control port ${inside}. Write another offset.`);
}

function checkMasquerade({ nat, modes, helper, tls, activePorts, clients }: CheckedRequest): void {
  if (nat?.kind !== 'masquerade') return;
  if (nat.outInterface === undefined && clients.length === 0) {
    wrong('Whom to masquerade? Write the interface towards the servers, or the networks of the clients.');
  }
  if (!modes.includes('active') || (helper && !tls)) return;
  const [only, ...more] = clients;
  if (activePorts === undefined || only === undefined || more.length > 0 || only.includes('/')) {
    wrong(
      helper
        ? 'Under TLS the helper sees nothing: active mode through masquerading then needs an active range that is forwarded to one client. Write one client address and its active range, or leave active mode out.'
        : 'Active mode through masquerading needs the helper, or an active range that is forwarded to one client. Write the helper, or one client address and its active range, or leave active mode out.',
    );
  }
}

function checkFamilies({ clients, servers, nat }: CheckedRequest): void {
  const outside = nat?.kind === 'forward' ? [nat.server] : servers;
  const families = (texts: readonly string[]): readonly number[] =>
    texts.length === 0 ? [4, 6] : distinct(texts.map((text) => (text.includes(':') ? 6 : 4)));
  if (!families(clients).some((family) => families(outside).includes(family))) {
    wrong(
      'The clients and the server are of different families, IPv4 and IPv6: nothing can pass. Write addresses of one family.',
    );
  }
  if (nat?.kind === 'forward' && nat.publicAddress !== undefined) {
    if (nat.publicAddress.includes(':') !== nat.server.includes(':'))
      wrong(
        'The public address and the server behind it are of different families. Write both as IPv4, or both as IPv6.',
      );
  }
}

function checkNat(nat: NatFacts | undefined, controlPorts: readonly number[]): CheckedNat | undefined {
  if (nat === undefined) return undefined;
  if (nat.kind === 'masquerade') {
    return {
      kind: 'masquerade',
      outInterface: nat.outInterface === undefined ? undefined : checkInterface(nat.outInterface),
    };
  }
  if (nat.kind !== 'forward')
    return wrong(
      `${quoted((nat as { kind?: unknown }).kind)} is no kind of address translation. Write forward or masquerade.`,
    );
  const publicControlPorts = checkPorts(nat.publicControlPorts ?? controlPorts, 'public control port');
  if (
    publicControlPorts.length !== controlPorts.length ||
    distinct(publicControlPorts).length !== controlPorts.length
  ) {
    wrong(
      `There must be one public control port for each control port, all different: ${controlPorts.length} of them.`,
    );
  }
  const offset = nat.portOffset ?? 0;
  if (!Number.isInteger(offset)) wrong('The port offset must be a whole number, for example 10000.');
  return {
    kind: 'forward',
    server: parseHost(nat.server, 'forwarded server').text,
    publicAddress:
      nat.publicAddress === undefined ? undefined : parseHost(nat.publicAddress, 'public address').text,
    portOffset: offset,
    publicControlPorts,
  };
}

/** Linux allows more in a name; these are the names that rules can hold without any quoting. */
function checkInterface(name: string): string {
  if (typeof name !== 'string' || !/^[A-Za-z][A-Za-z0-9_.-]{0,14}$/.test(name)) {
    wrong(`${quoted(name)} cannot be the name of an interface. Write for example eth0.`);
  }
  return name;
}

function checkSteer(steer: Steer | undefined): Steer | undefined {
  if (steer === undefined) return undefined;
  if (typeof steer !== 'object' || steer === null) return wrong('Steering needs the port of the gateway.');
  return { to: checkPort(steer.to, 'port of the gateway') };
}

function checkSide(side: Side): Side {
  if (side !== 'server' && side !== 'client' && side !== 'middle') {
    wrong(`${quoted(side)} is no side. Write server, client or middle.`);
  }
  return side;
}

function checkModes(modes: readonly Mode[]): readonly Mode[] {
  if (!Array.isArray(modes)) wrong('The modes must be a list. Write passive, active or both.');
  const strange = modes.find((mode) => mode !== 'passive' && mode !== 'active');
  if (strange !== undefined) wrong(`${quoted(strange)} is no mode. Write passive, active or both.`);
  if (modes.length === 0) wrong('There is no mode. Write passive, active or both.');
  return (['passive', 'active'] as const).filter((mode) => modes.includes(mode));
}

function checkNetworks(texts: readonly string[] | undefined, what: string): readonly string[] {
  if (texts !== undefined && !Array.isArray(texts)) wrong(`${what}: there must be a list of them.`);
  const networks: readonly Network[] = (texts ?? []).map((text) => parseNetwork(text, what));
  return withoutOverlap(networks).map(({ text }) => text);
}
