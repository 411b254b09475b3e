import { classifyAddress } from '@duoport/net';
import { decodePasv, formatEndpoint, isFault } from '@duoport/protocol';
import type { Attempt, Observations, ServerView } from './observations.ts';
import { type Path, pathOf } from './path.ts';
import { productOf } from './products.ts';
import type { DataVerb } from './report.ts';

/** What the rules read: the observations with all that follows from them directly. */
export interface Facts {
  readonly seen: Observations;
  /** The address that the control connection was dialled to. */
  readonly peer: string | undefined;
  /** Our own address on the control connection. */
  readonly local: string | undefined;
  /** The name of its product, in lower case, when it shows. */
  readonly product: string | undefined;
  /** Tries that count for a mode. */
  readonly attempts: readonly Attempt[];
  readonly path: Path;
  /** Another address than ours arrives at the server, or ours cannot be dialled from where the server is. */
  readonly clientNat: boolean;
  /** The server's own address is not the one that we dialled. */
  readonly serverNat: boolean;
  /** Where the server is behind its NAT, when it told. */
  readonly innerServer: string | undefined;
  /** The port that the server listens on, when it told. */
  readonly innerPort: number | undefined;
  /** The server listens on another control port than the one we dialled. */
  readonly portsMapped: boolean;
  /** A client under this name of a verb and TLS got its transfer. */
  works(verb: DataVerb | 'passive' | 'active', secure: boolean): boolean;
}

export const isPassive = (verb: DataVerb): boolean => verb === 'PASV' || verb === 'EPSV';

/** An address of a network that the internet does not carry. */
export function isInside(address: string): boolean {
  return ['private', 'cgnat', 'loopback', 'link-local'].includes(classifyAddress(address));
}

export function factsOf(seen: Observations): Facts {
  const peer = seen.control.dial?.to.address ?? seen.addresses[0];
  const local = seen.local?.address;
  const attempts = seen.attempts.filter((attempt) => attempt.hidden !== true);
  const views = attempts.flatMap(({ server }) => (server === undefined ? [] : [server]));
  const inner = innerAddress(seen, views, peer);
  const path = pathOf(seen);
  return {
    seen,
    peer,
    local,
    product: productOf(seen),
    attempts,
    path,
    clientNat: isClientNatted(views, local, peer),
    // A router that answers under the address that we dialled has it, and the server is behind it.
    serverNat: inner !== undefined || path.hops.some((hop) => hop.address === peer),
    innerServer: inner,
    innerPort: views[0]?.local.port,
    portsMapped: views.some((view) => view.local.port !== seen.port),
    works: (verb, secure) =>
      attempts.some(
        (one) =>
          one.outcome === 'works' &&
          one.secure === secure &&
          (one.verb === verb || (isPassive(one.verb) ? verb === 'passive' : verb === 'active')),
      ),
  };
}

function isClientNatted(
  views: readonly ServerView[],
  local: string | undefined,
  peer: string | undefined,
): boolean {
  const [view] = views;
  if (local === undefined || peer === undefined) return false;
  if (view !== undefined) return view.peer.address !== local;
  return isInside(local) && !isInside(peer);
}

/** The server's own address when it is another than the one we dialled: it told so, or its 227 did. */
function innerAddress(
  seen: Observations,
  views: readonly ServerView[],
  peer: string | undefined,
): string | undefined {
  const [view] = views;
  if (peer === undefined) return undefined;
  if (view !== undefined) return view.local.address === peer ? undefined : view.local.address;
  if (isInside(peer)) return undefined;
  const announced = seen.attempts.find(
    ({ verb, announced }) => verb === 'PASV' && announced !== undefined && isUsefulInside(announced.address),
  );
  return announced?.announced?.address;
}

function isUsefulInside(address: string): boolean {
  return ['private', 'cgnat'].includes(classifyAddress(address));
}

/** Whether the 227 or 229 that arrived names another place than the one that the server says it sent. */
export function changedOnTheWay(
  attempt: Attempt,
): { readonly sent: string; readonly came: string } | undefined {
  const sent = attempt.server?.sent;
  if (sent === undefined || attempt.agreed === undefined || !isPassive(attempt.verb)) return undefined;
  const came = attempt.agreed.text;
  return placeIn(sent) === placeIn(came) ? undefined : { sent, came };
}

/** The numbers that matter in a 227 or 229. */
function placeIn(text: string): string {
  const pasv = decodePasv(text);
  if (!isFault(pasv)) return formatEndpoint(pasv.endpoint);
  return /\(([^)]*)\)/.exec(text)?.[1] ?? text;
}
