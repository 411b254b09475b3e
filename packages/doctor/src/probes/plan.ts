import { encodeEprt, encodePort, endpoint } from '@duoport/protocol';
import type { Attempt } from '../observations.ts';
import type { DataVerb } from '../report.ts';
import type { Try } from './attempt.ts';

/** What is known of the server once the control connection is. */
export interface Known {
  readonly family: 4 | 6;
  /** A login in clear, under TLS: worked. */
  readonly clear: boolean;
  readonly secure: boolean;
  /** FEAT names SITE NONCE. */
  readonly nonce: boolean;
  /** Data verbs that were asked for; undefined: all. */
  readonly verbs?: readonly DataVerb[] | undefined;
}

/**
 * The first round: each verb with LIST, in clear and under TLS as the server lets us in. Those most likely to work come first, so that a
 * budget that runs out cuts the least telling ones.
 */
export function planTries(known: Known): readonly Try[] {
  const all: readonly DataVerb[] = known.family === 4 ? ['PASV', 'EPSV', 'PORT', 'EPRT'] : ['EPSV', 'EPRT'];
  const verbs = all.filter((verb) => known.verbs?.includes(verb) ?? true);
  const list = { verb: 'LIST', argument: undefined } as const;
  return [
    ...(known.clear ? verbs.map((verb) => ({ verb, secure: false, transfer: list })) : []),
    ...(known.secure ? verbs.map((verb) => ({ verb, secure: true, transfer: list })) : []),
  ];
}

/** What follows on the same control connection when a listing came: a small file, a nonce. */
export function planNext(
  done: Try,
  known: Known,
  more: { readonly file: string | undefined; readonly nonce: string },
): readonly Try[] {
  const { verb, secure } = done;
  if (done.transfer.verb !== 'LIST' || done.hidden || done.unresumed) return [];
  const { file, nonce } = more;
  return [
    ...(file === undefined
      ? []
      : [{ verb, secure, transfer: { verb: 'RETR', argument: file } as const } satisfies Try]),
    ...(known.nonce
      ? [{ verb, secure, transfer: { verb: 'SITE', argument: `NONCE ${nonce}` } as const } satisfies Try]
      : []),
  ];
}

/** The second round: tries that only tell why one of the first failed. `peer`: the server's end of the control connection. */
export function planFollowUps(attempts: readonly Attempt[], peer: string): readonly Try[] {
  const list = { verb: 'LIST', argument: undefined } as const;
  const first = attempts.filter(({ transfer }) => transfer === undefined || transfer === 'LIST');
  const failed = first.filter(({ outcome }) => outcome === 'fails');
  // A helper that spoils PORT shows in the clear only, and needs a server that would take it.
  const hidden = failed
    .filter(({ verb, secure, announced }) => isActive(verb) && !secure && announced !== undefined)
    .filter((attempt) => mayBeSpoilt(attempt))
    .map(({ verb }) => ({ verb, secure: false, transfer: list, hidden: true }));
  // The announced address opened and did not do: the server's own may.
  const peerOnly = failed
    .filter(({ verb, dials }) => !isActive(verb) && dials[0]?.how === 'open' && dials[0].to.address !== peer)
    .map(({ verb, secure }) => ({ verb, secure, transfer: list, peerOnly: true }));
  return [...peerOnly, ...hidden];
}

/** Not when the server's SYN came here, nor when the server says that it received what we sent. */
function mayBeSpoilt({ verb, announced, synsSeen, server }: Attempt): boolean {
  if (synsSeen !== undefined && synsSeen.length > 0) return false;
  if (server?.received === undefined || announced === undefined) return true;
  const to = endpoint(announced.address, announced.port);
  return server.received !== (verb === 'EPRT' ? encodeEprt(to) : encodePort(to));
}

/** The passive verb under TLS that worked with the control connection's session: worth a try without. */
export function planUnresumed(attempts: readonly Attempt[]): Try | undefined {
  const found = attempts.find(
    ({ verb, secure, outcome, tls }) =>
      secure && !isActive(verb) && outcome === 'works' && tls?.how === 'done',
  );
  const transfer = { verb: 'LIST', argument: undefined } as const;
  return found && { verb: found.verb, secure: true, transfer, unresumed: true };
}

/** The active try that is worth finding out which hop shuts the server out: it dials, and nothing reaches this machine. */
export function planPunch(attempts: readonly Attempt[]): Attempt | undefined {
  return attempts.find(
    ({ verb, hidden, outcome, agreed, accepted, synsSeen, transfer }) =>
      isActive(verb) &&
      hidden !== true &&
      outcome === 'fails' &&
      agreed?.code === 200 &&
      transfer === 'LIST' &&
      accepted === undefined &&
      synsSeen?.length === 0,
  );
}

/** The try that stores a file: any that worked. */
export function planWrite(attempts: readonly Attempt[]): Pick<Try, 'verb' | 'secure'> | undefined {
  const works = attempts.filter(({ outcome, hidden }) => outcome === 'works' && hidden !== true);
  return works.find(({ secure }) => secure) ?? works[0];
}

export function isActive(verb: DataVerb): boolean {
  return verb === 'PORT' || verb === 'EPRT';
}

/** Milliseconds for the parts of a run. */
export interface Shares {
  /** One connection that nobody answers. */
  readonly patience: number;
  readonly reply: number;
  /** Kept back for what comes after the first round. */
  readonly afterwards: number;
}

/**
 * A budget must hold eight silent tries, three at a time, with the hops of each, and still the second round: so a wait is a fifteenth of it
 * at most.
 */
export function planShares(budget: number, patience: number | undefined): Shares {
  const wanted = Math.min(patience ?? 4000, Math.max(200, budget / 15));
  return { patience: wanted, reply: Math.min(5000, Math.max(300, budget / 12)), afterwards: budget / 4 };
}

/** Sessions at once: each has a login of its own, and servers count them. */
export const mostLanes = 3;

/** The next TTL of a search for the smallest that opens the way; undefined: found, or there is none. */
export function nextPunch(
  known: { readonly opens: number | undefined; readonly shut: number },
  most: number,
): number | undefined {
  if (known.opens === undefined) return known.shut >= most ? undefined : most;
  return known.opens - known.shut <= 1 ? undefined : Math.floor((known.opens + known.shut) / 2);
}
