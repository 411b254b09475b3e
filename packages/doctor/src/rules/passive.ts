import { changedOnTheWay, type Facts, isInside } from '../facts.ts';
import { harmless } from '../harmless.ts';
import type { Attempt, DialObservation, HopTrace } from '../observations.ts';
import { type Box, blockerOf, boxAt, distanceByTtl } from '../path.ts';
import type { HopSide } from '../report.ts';
import type { AttemptRule, Verdict } from '../verdict.ts';
import { dialLine, nameOf, place, replyLine, resumption, verdict } from './attempt.ts';

/** PASV or EPSV itself is answered with no. */
export const passiveRefused: AttemptRule = (attempt) => {
  const { agreed } = attempt;
  if (agreed === undefined || agreed.code < 400) return undefined;
  const evidence = [replyLine(attempt, agreed)];
  // 421 and 425: "no ports left"; 450 and 451 are used for it too.
  if (agreed.code < 500) return verdict('range-exhausted', evidence, 'server');
  return verdict('passive-off', evidence, 'server');
};

const wrongPeer =
  /bad ip|security:|(?:does not|doesn't|not) match|foreign|hijack|wrong (?:ip|address|peer)|different (?:ip|address|host)/i;

/** The data connection opens, and the server does not want it from there. */
export const peerRefused: AttemptRule = (attempt) => {
  const { final, announced } = attempt;
  const opened = attempt.dials.find((dial) => dial.how === 'open');
  const arrived = attempt.server?.arrival === 'stranger';
  // "the session does not match" is about TLS.
  if (final !== undefined && resumption.test(final.text)) return undefined;
  if (opened === undefined || !(arrived || (final !== undefined && wrongPeer.test(final.text))))
    return undefined;
  const evidence = [dialLine(attempt, opened), ...(final === undefined ? [] : [replyLine(attempt, final)])];
  // Dialled at the address outside from within: the router that turns it back puts its own address in.
  const hairpin = announced !== undefined && opened.to.address === announced.address;
  return verdict('passive-peer-refused', evidence, hairpin ? 'server' : 'unknown');
};

/** What 227 says is not what was sent. */
export const changed: AttemptRule = (attempt, facts) => {
  const difference = changedOnTheWay(attempt);
  if (difference === undefined || attempt.dials.some((dial) => dial.how === 'open')) return undefined;
  const evidence = [
    `${nameOf(attempt)}: the server sent "${harmless(difference.sent)}"`,
    `${nameOf(attempt)}: what arrived here is "${harmless(difference.came)}"`,
    ...attempt.dials.map((dial) => dialLine(attempt, dial)),
  ];
  return verdict('address-rewritten', evidence, facts.serverNat ? 'server' : 'middle');
};

/** Without TLS a passive connection opens and under TLS none does: something on the way reads along. */
export const passiveBlind: AttemptRule = (attempt, facts) => {
  const dial = decisive(attempt);
  if (!attempt.secure || dial === undefined || dial.how === 'open') return undefined;
  // By the same address: a 227 that leads to the server by another way proves no helper.
  const clear = facts.attempts.find(
    (one) =>
      !one.secure &&
      one.outcome === 'works' &&
      one.dials.some(({ how, to }) => how === 'open' && to.address === dial.to.address),
  );
  if (clear === undefined) return undefined;
  const evidence = [`${clear.verb} without TLS works`, dialLine(attempt, dial)];
  return verdict('helper-blind-tls', evidence, stop(attempt, dial, facts));
};

/** The very same address and port range lets EPSV through and PASV not: only a helper that knows one of them does that. */
export const masquerade: AttemptRule = (attempt, facts) => {
  const dial = decisive(attempt);
  if (attempt.verb !== 'PASV' || attempt.secure || dial === undefined || dial.how === 'open')
    return undefined;
  if (dial.to.address !== facts.peer || attempt.announced?.address !== facts.peer) return undefined;
  if (!facts.works('EPSV', false)) return undefined;
  const evidence = ['EPSV, to the same address, works', dialLine(attempt, dial)];
  return verdict('helper-masquerade', evidence, 'server');
};

/** The outside has another port than the server knows of. */
export const mapped: AttemptRule = (attempt, facts) => {
  const dial = decisive(attempt);
  const view = attempt.server;
  if (dial === undefined || dial.how === 'open' || view === undefined || !facts.portsMapped) return undefined;
  // Whom the server takes for the client is in its own network: a relay or proxy stands in between, and maps nothing.
  if (isInside(view.peer.address) && !isInside(dial.to.address)) return undefined;
  const evidence = [
    `The control connection was dialled on port ${facts.seen.port} and the server has it on port ${view.local.port}`,
    dialLine(attempt, dial),
  ];
  return verdict('passive-port-mapped', evidence, 'server');
};

/** Nothing special: the port is not let through. */
export const blocked: AttemptRule = (attempt, facts) => {
  const dial = decisive(attempt);
  return dial === undefined ? undefined : blockedDial(attempt, dial, facts);
};

/** Why this dial failed, the announced address being right. */
export function blockedDial(attempt: Attempt, dial: DialObservation, facts: Facts): Verdict | undefined {
  if (dial.how === 'open') return undefined;
  const code =
    dial.how === 'silent'
      ? 'passive-silent'
      : dial.how === 'refused'
        ? 'passive-refused'
        : 'passive-rejected';
  return verdict(
    code,
    [dialLine(attempt, dial), ...stopLines(attempt, dial, facts), ...arrivalLines(attempt)],
    stop(attempt, dial, facts),
  );
}

/** The dial that decides: the one to the server's address as we know it, else the last. */
export function decisive(attempt: Attempt): DialObservation | undefined {
  return attempt.dials.find((dial) => dial.how === 'open') ?? attempt.dials.at(-1);
}

/** Where a dial towards the server's own address was stopped. */
function stop(attempt: Attempt, dial: DialObservation, facts: Facts): HopSide | Box {
  const { path, peer, serverNat } = facts;
  // No route here: nothing left this machine.
  if (dial.how === 'failed') return boxAt(0, path);
  if (dial.to.address !== peer) return 'unknown';
  const sender = path.hops.find((hop) => hop.address !== undefined && hop.address === dial.icmpFrom);
  if (sender !== undefined) return boxAt(sender.distance, path);
  if (dial.icmpFrom !== undefined && dial.icmpFrom === peer) return atServer(facts);
  const box = blockerOf(traceOf(attempt, facts), path, serverNat);
  if (box !== undefined) return box;
  const distance = dial.how === 'refused' ? distanceByTtl(dial.ttl) : undefined;
  if (distance !== undefined) return boxAt(distance, path);
  return 'unknown';
}

/** The hops towards the very port that was dialled; failing that, towards another one of this run. */
function traceOf(attempt: Attempt, facts: Facts): HopTrace | undefined {
  return attempt.trace ?? facts.seen.traces.data;
}

function atServer({ path }: Facts): HopSide | Box {
  return path.routers === undefined ? 'server' : boxAt(path.routers + 1, path);
}

function stopLines(attempt: Attempt, dial: DialObservation, facts: Facts): readonly string[] {
  const { path } = facts;
  const box =
    dial.to.address === facts.peer ? blockerOf(traceOf(attempt, facts), path, facts.serverNat) : undefined;
  if (box === undefined || path.routers === undefined) return [];
  const all = `${path.routers} ${path.routers === 1 ? 'router' : 'routers'}`;
  if (box.distance === 0) return ['Not even the first router saw it: it did not leave this machine'];
  if (box.distance > path.routers) return [`All ${all} on the way let it go on: it ends at the server’s end`];
  const name = box.address === undefined ? '' : ` (${box.address})`;
  return [`It ends at router ${box.distance}${name} of ${all}; on the control port all of them let it go on`];
}

function arrivalLines(attempt: Attempt): readonly string[] {
  const arrival = attempt.server?.arrival;
  if (arrival === undefined || attempt.announced === undefined) return [];
  const where = place(attempt.announced);
  if (arrival === 'none') return [`The server says: no SYN came to ${where}`];
  if (arrival === 'half-open')
    return ['The server says: the SYN came, and its answer is lost on the way back'];
  return [];
}
