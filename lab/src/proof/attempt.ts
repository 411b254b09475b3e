import type { PortRange } from '@duoport/firewall';
import { type Cell, isPassive } from '../drivers/cell.ts';
import { needsRange, type ProofCase } from './case.ts';
import { places, ports } from './network.ts';
import { serverOf } from './scans.ts';
import type { ProofServer } from './servers.ts';

/** One try of a real client with a real server through the firewall. */
export interface Attempt extends Cell {
  readonly client: 'duoport' | 'curl' | 'lftp';
  readonly server: ProofServer['kind'];
  /** What the client dials. */
  readonly host: string;
}

/** What a client is told beside that. */
export interface ClientFacts {
  readonly activePorts: PortRange | undefined;
  readonly externalAddress: string | undefined;
}

/** Says whether FTP must work this way once the rules are there: asked for, or never stopped by this firewall. */
export function mustWork(one: ProofCase, { verb, secure }: Cell): boolean {
  const { request } = one;
  const passive = isPassive(verb);
  const outward = request.side === (passive ? 'client' : 'server');
  if (outward && request.strictOutput !== true) return true;
  if (!request.modes.includes(passive ? 'passive' : 'active')) return false;
  return needsRange(one) || !secure;
}

/** Every way that must work, with several programs. */
export function attemptsThatWork(one: ProofCase): readonly Attempt[] {
  if (one.scanOnly === true) return [];
  return cellsOf(one)
    .filter((cell) => mustWork(one, cell))
    .flatMap((cell, index) => programsFor(one, cell, index));
}

/** One try of each kind that must still fail. */
export function attemptsThatFail(one: ProofCase): readonly Attempt[] {
  if (one.scanOnly === true) return [];
  const failing = cellsOf(one).filter((cell) => !mustWork(one, cell));
  const kinds = new Map(failing.map((cell) => [`${isPassive(cell.verb)} ${cell.secure}`, cell]));
  return [...kinds.values()].map((cell) => ours(one, cell));
}

/** What the rules were asked for, tried before they are there; undefined: this firewall stops none of it. */
export function attemptBefore(one: ProofCase): Attempt | undefined {
  const bare = { ...one, request: { ...one.request, modes: [] } };
  const stopped = one.request.side !== 'client' || one.request.strictOutput === true;
  const cell = cellsOf(one).find(
    (candidate) => mustWork(one, candidate) && (stopped || !mustWork(bare, candidate)),
  );
  return cell === undefined ? undefined : ours(one, cell);
}

function cellsOf({ family, request }: ProofCase): readonly Cell[] {
  const verbs = family === 4 ? (['PASV', 'EPSV', 'PORT', 'EPRT'] as const) : (['EPSV', 'EPRT'] as const);
  const known = request.singlePort === true ? verbs.filter(isPassive) : verbs;
  return known.flatMap((verb) => [false, true].map((secure) => ({ verb, secure })));
}

/** duoport at both ends each time, and in turn curl and lftp with vsftpd. */
function programsFor(one: ProofCase, cell: Cell, index: number): readonly Attempt[] {
  const own = ours(one, cell);
  const foreign =
    one.family === 6 || one.where === 'forward' || own.server === 'single' ? own.server : 'vsftpd';
  // One verb of each mode: the other programs are there to be others, not to try every verb again.
  if (cell.secure === (cell.verb === 'PASV' || cell.verb === 'EPRT') && one.family === 4) return [own];
  // curl 7.88 hangs in active mode under TLS on any network, and lftp has no EPRT over IPv4.
  const needsLftp = cell.secure && !isPassive(cell.verb);
  // lftp believes a 227 that names the inner address, as none of our servers is told of the public one.
  const notLftp = cell.verb === 'EPRT' || (one.where === 'forward' && cell.verb === 'PASV');
  const client = needsLftp || (index % 2 === 1 && !notLftp) ? 'lftp' : 'curl';
  return [own, { ...cell, client, server: foreign, host: dialled(one, foreign) }];
}

function ours(one: ProofCase, cell: Cell): Attempt {
  const address = serverOf(one);
  const server =
    address === places.vsftpd.ipv4 ? 'vsftpd' : address === places.single.ipv4 ? 'single' : 'duoport';
  return { ...cell, client: 'duoport', server, host: dialled(one, server) };
}

function dialled(one: ProofCase, server: Attempt['server']): string {
  if (one.where === 'forward') return places.outside.ipv4;
  return server === 'vsftpd' ? places.vsftpd.ipv4 : serverOf(one);
}

export function factsOf(one: ProofCase): ClientFacts {
  // Without a helper that sees the PORT command, the client itself must name the address that the box forwards.
  const external = one.where === 'masquerade' && needsRange(one) ? places.inside.ipv4 : undefined;
  return {
    activePorts: one.request.activePorts === undefined ? undefined : ports.active,
    externalAddress: external,
  };
}

export function describeAttempt({ client, server, verb, secure }: Attempt): string {
  return `${verb}${secure ? ' under TLS' : ''}, ${client} with ${server === 'single' ? 'duoport on a single port' : server}`;
}
