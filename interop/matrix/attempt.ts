import { rmSync } from 'node:fs';
import { type ClientDriver, modesSaid, type Outcome, type Target } from '../clients/client.ts';
import type { ServerKind } from '../peers/peer.ts';
import { programs } from '../support/programs.ts';
import { openFolder } from '../support/served-folder.ts';
import type { Way } from '../support/way.ts';
import type { Field, Ground } from './field.ts';
import type { Verdict } from './verdict.ts';

/** Who is tried with whom. */
export interface Pair {
  readonly client: ClientDriver;
  readonly server: ServerKind;
  readonly field: Field;
}

/** Why a pair cannot be tried on this machine, or undefined. */
export function missingFor({ client, server }: Pair): string | undefined {
  const lost = programs().missing.find(({ name }) => [...client.needs, ...server.needs].includes(name));
  if (lost !== undefined) return `${lost.name} is missing: ${lost.reason}`;
  const root = process.getuid?.() === 0;
  return server.needsRoot === true && !root ? `${server.name} needs root` : undefined;
}

/** One attempt of a pair, with the server running and a folder to litter. */
export interface Attempt {
  readonly client: ClientDriver;
  readonly ground: Ground;
  readonly target: Target;
  readonly way: Way;
  readonly scratch: string;
  /** A name for files on the server that no other attempt uses. */
  readonly tag: string;
}

/** Runs `act` with server and scratch folder; a failure that the peer is known for is tried once more, and noted. */
export async function attempt(
  { client, server, field }: Pair,
  way: Way,
  act: (attempt: Attempt) => Promise<Verdict>,
) {
  const ground = await field.ground(server, way.family);
  const once = (): Promise<Verdict> =>
    field.inTurn(server, () =>
      field.scratch((scratch) => {
        const { host, port, user, password, certificate } = ground.peer;
        const requireReuse = server.requireReuse === true;
        const target = { host, port, user, password, way, certificate, requireReuse, scratch };
        return act({
          client,
          ground,
          target,
          way,
          scratch,
          tag: scratch.slice(scratch.lastIndexOf('/') + 1),
        });
      }),
    );
  const first = await once();
  const known = first.kind === 'failed' ? knownFlaw(server, way, first.evidence) : undefined;
  if (known === undefined) return first;
  const second = await once();
  return second.kind === 'passed' ? { ...second, note: known } : second;
}

/** Runs `act` with a folder on the server that is this attempt's own: its name there is the attempt's tag. */
export async function onServer(
  current: Attempt,
  act: (folder: string) => Promise<Verdict>,
): Promise<Verdict> {
  const folder = openFolder(current.ground.peer.root, current.tag);
  try {
    return await act(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What is wrong with an attempt whose client has ended, or undefined. */
export function faultOf(
  { ground }: Attempt,
  what: string,
  outcome: Outcome,
  faults: readonly (string | undefined)[] = [],
): Verdict | undefined {
  const found = faults.filter((fault) => fault !== undefined);
  if (!outcome.ok) found.unshift(`the client reports failure (${lastLine(outcome.said)})`);
  if (found.length === 0) return undefined;
  return {
    kind: 'failed',
    why: `${what}: ${found.join('; ')}`,
    evidence: evidence(outcome.said, ground.peer.log()),
  };
}

/** A client that quietly took another mode has not passed. */
export function otherMode({ way }: Attempt, { ok, said }: Outcome): string | undefined {
  const sent = modesSaid(said);
  if (!ok || (sent.size === 1 && sent.has(way.mode))) return undefined;
  return `asked for ${way.mode}, but the client sent ${[...sent].join(' and ') || 'none of the four'}`;
}

function evidence(said: string, log: string): string {
  return `--- the client said\n${said.slice(-8_000)}\n--- the server's log\n${log}`;
}

function lastLine(said: string): string {
  return said.trimEnd().slice(said.trimEnd().lastIndexOf('\n') + 1);
}

function knownFlaw(server: ServerKind, way: Way, seen: string): string | undefined {
  if (
    server.name.startsWith('vsftpd') &&
    (way.tls !== 'none' || server.name.endsWith(' TLS')) &&
    /\b426 Failure reading network stream/.test(seen)
  ) {
    return 'vsftpd ended a TLS upload with 426, as it does now and then; tried again';
  }
  return undefined;
}
