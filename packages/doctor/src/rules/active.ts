import { type Facts, isInside } from '../facts.ts';
import { harmless } from '../harmless.ts';
import type { Attempt } from '../observations.ts';
import { type Box, blockerOf, boxAt } from '../path.ts';
import type { HopSide } from '../report.ts';
import type { AttemptRule } from '../verdict.ts';
import { nameOf, place, replyLine, verdict } from './attempt.ts';

/** A helper put an address into PORT that cannot come back: what no helper sees works, or the server tells what it got. */
export const rewritten: AttemptRule = (attempt, facts) => {
  const received = changedArgument(attempt);
  if (received !== undefined && received.address !== attempt.server?.peer.address) {
    const evidence = [
      `${nameOf(attempt)}: this machine said ${said(attempt)}, the server received ${harmless(received.text, 60)}`,
      ...outcome(attempt),
    ];
    return verdict('active-address-rewritten', evidence, 'client');
  }
  const hidden = facts.seen.attempts.find(
    (one) => one.hidden === true && one.verb === attempt.verb && one.secure === attempt.secure,
  );
  if (hidden !== undefined && (hidden.outcome === 'works' || hidden.accepted !== undefined)) {
    const evidence = [
      ...outcome(attempt),
      `The same ${attempt.verb}, sent so that no helper on the way sees it, works`,
    ];
    return verdict('active-address-rewritten', evidence, 'client');
  }
  if (!attempt.secure && facts.works(attempt.verb, true)) {
    return verdict(
      'active-address-rewritten',
      [...outcome(attempt), `${attempt.verb} under TLS works`],
      'client',
    );
  }
  return undefined;
};

/** Without TLS it works, and under TLS it does not. */
export const activeBlind: AttemptRule = (attempt, facts) => {
  if (!attempt.secure || attempt.accepted !== undefined || !facts.works('active', false)) return undefined;
  const evidence = [`${attempt.verb} without TLS works`, ...outcome(attempt)];
  return verdict('helper-blind-tls', evidence, facts.clientNat ? 'client' : punchedAt(facts));
};

const illegal =
  /illegal|bounce|won'?t (?:open|connect)|foreign|(?:not|n't) match|only to|address|not allowed to connect|security|rejected/i;

/** Address translation on our side: PORT names an address that the server cannot dial. */
export const behindNat: AttemptRule = (attempt, facts) => {
  const { agreed, announced } = attempt;
  const refused = agreed !== undefined && agreed.code >= 400;
  const inside = announced !== undefined && isInside(announced.address) && !samePlace(facts);
  const natted = facts.clientNat || (refused && agreed.code >= 500 && illegal.test(agreed.text));
  if (!(natted || inside) || attempt.accepted !== undefined || isTranslated(attempt, facts)) return undefined;
  const evidence = [...addresses(attempt, facts), ...outcome(attempt)];
  // Helpers watch port 21 unless they were told otherwise.
  const port = facts.seen.port;
  if (port !== 21 && !attempt.secure && facts.seen.asked.externalAddress === undefined) {
    return verdict(
      'helper-wrong-port',
      [...evidence, `The control connection goes to port ${port}, not 21`],
      'client',
    );
  }
  return verdict('active-behind-nat', evidence, 'client');
};

/** A helper has put the outside address in: the server says so, or it took what it would never take from inside. */
function isTranslated(attempt: Attempt, facts: Facts): boolean {
  const { server, agreed, announced } = attempt;
  if (server?.received !== undefined) return changedArgument(attempt)?.address === server.peer.address;
  const strict = ['vsftpd', 'proftpd', 'pure-ftpd', 'duoport'].includes(facts.product ?? '');
  return (
    strict &&
    agreed !== undefined &&
    agreed.code < 300 &&
    announced !== undefined &&
    isInside(announced.address) &&
    facts.clientNat
  );
}

/** PORT or EPRT itself is answered with no. */
export const activeRefusedByReply: AttemptRule = (attempt) => {
  const { agreed } = attempt;
  if (agreed === undefined || agreed.code < 400) return undefined;
  return verdict('active-off', [replyLine(attempt, agreed)], 'server');
};

/** The SYN of the server came to our network card, and no connection came of it. */
export const blockedHere: AttemptRule = (attempt, facts) => {
  const here = boxAt(0, facts.path);
  const seen = attempt.synsSeen ?? [];
  const [first] = seen;
  if (first === undefined) return undefined;
  const evidence = [
    `${nameOf(attempt)}: a SYN from ${place(first)} reached the network card of this machine`,
    'It did not reach the program that listens: the firewall of this machine stopped it',
  ];
  if (!isOddSource(first.port)) return verdict('active-blocked-here', evidence, here);
  return verdict('active-source-port', [...evidence, sourceLine(first.port)], here);
};

/** The server says it dials, or says that it cannot, and nothing came here. */
export const blockedOnTheWay: AttemptRule = (attempt, facts) => {
  const where = punchedAt(facts);
  const quick = isQuick(attempt);
  const watched =
    attempt.synsSeen === undefined ? 'nothing came to the port' : 'no SYN came to the network card';
  const evidence = [
    `${nameOf(attempt)}: ${watched} of this machine`,
    ...outcome(attempt),
    ...punchedLines(facts),
  ];
  const port = attempt.server?.sourcePort ?? provenSource(facts);
  if (port !== undefined && isOddSource(port) && !quick) {
    return verdict('active-source-port', [...evidence, sourceLine(port)], where);
  }
  // It cannot be told where the firewall stands; that the server does not dial from 20 can be changed on the server.
  if (port === undefined && !quick && missedByPunching(facts)) {
    return verdict('active-source-port', [...evidence, missedLine], 'server');
  }
  if (quick && where === 'unknown') return verdict('active-refused', evidence, where);
  return verdict('active-blocked-on-the-way', evidence, where);
};

function isOddSource(port: number): boolean {
  return port !== 20;
}

const missedLine =
  'The firewalls on the way were opened for what comes from port 20 of the server, and nothing came: it dials from another port';

function nameIn({ address }: Box): string {
  return address === undefined ? '' : ` (${address})`;
}

function sourceLine(port: number): string {
  return `The server dials from port ${port}; firewalls that know active mode often let in only what comes from port 20`;
}

/** The server knew at once: it was refused or rejected, not left without an answer. */
function isQuick({ server, final, took }: Attempt): boolean {
  if (server?.dial === 'refused' || server?.dial === 'rejected') return true;
  return final !== undefined && final.code >= 400 && took < 2000;
}

/**
 * Which box stops the server's SYN: the last one that a SYN of ours had to pass before it came. When none brought it, ours may not
 * have got far itself: the box where SYNs to any odd port end is shut both ways.
 */
function punchedAt(facts: Facts): HopSide | Box {
  const { seen, path } = facts;
  const { punched } = seen;
  if (punched === undefined) return 'unknown';
  if (punched.opensBeyond !== undefined) return boxAt(punched.opensBeyond - 1, path);
  if (path.routers === undefined) return 'unknown';
  return outgoingEnd(facts) ?? boxAt(path.routers + 1, path);
}

/** The router at which SYNs from here to an odd port of the server end, when they do not get to the server's end. */
function outgoingEnd({ seen, path, serverNat }: Facts): Box | undefined {
  const reaches = seen.punched?.reaches;
  const box = reaches === undefined ? blockerOf(seen.traces.other, path, serverNat) : boxAt(reaches, path);
  return box === undefined || path.routers === undefined || box.distance >= path.routers ? undefined : box;
}

/** The port from which a connection of the server came in the end: the one that was aimed at. */
function provenSource({ seen }: Facts): number | undefined {
  return seen.punched?.opensBeyond === undefined ? undefined : seen.punched.sourcePort;
}

/** Every firewall on the way was opened for what comes from port 20 of the server, and nothing came through. */
function missedByPunching(facts: Facts): boolean {
  const { punched, traces } = facts.seen;
  return (
    punched !== undefined &&
    punched.opensBeyond === undefined &&
    (punched.reaches ?? traces.other) !== undefined &&
    facts.path.routers !== undefined &&
    outgoingEnd(facts) === undefined
  );
}

function punchedLines(facts: Facts): readonly string[] {
  const { punched } = facts.seen;
  if (punched === undefined) return [];
  if (punched.opensBeyond === undefined) {
    const end = outgoingEnd(facts);
    if (end === undefined) return [];
    return [
      `SYNs from here to ports that are not in use end at router ${end.distance}${nameIn(end)}: it is shut both ways`,
    ];
  }
  const box = boxAt(punched.opensBeyond - 1, facts.path);
  const where = box.distance === 0 ? 'this machine' : `router ${box.distance}${nameIn(box)}`;
  return [`After a packet from here that passed ${where}, and no sooner, the server’s SYN came`];
}

/** Both ends in private networks, or both on this machine: translation is not to be assumed. */
function samePlace({ peer, local }: Facts): boolean {
  return peer !== undefined && local !== undefined && isInside(peer) === isInside(local);
}

/** The server received another address or port than the one that was sent from here. */
export function isChangedArgument(attempt: Attempt): boolean {
  return changedArgument(attempt) !== undefined;
}

function changedArgument(
  attempt: Attempt,
): { readonly text: string; readonly address: string | undefined } | undefined {
  const received = attempt.server?.received;
  const { announced } = attempt;
  if (received === undefined || announced === undefined) return undefined;
  const got = argumentPlace(received);
  if (got === undefined || got === `${announced.address} ${announced.port}`) return undefined;
  return { text: received, address: got.split(' ')[0] };
}

/** `address port` of an argument of PORT or EPRT. */
function argumentPlace(argument: string): string | undefined {
  const six = /^(\d+),(\d+),(\d+),(\d+),(\d+),(\d+)$/.exec(argument.trim());
  if (six !== null) return `${six.slice(1, 5).join('.')} ${Number(six[5]) * 256 + Number(six[6])}`;
  const extended = /^(.)[12]\1([^|]*)\1(\d+)\1$/.exec(argument.trim());
  return extended === null ? undefined : `${extended[2]} ${extended[3]}`;
}

function said({ announced, verb }: Attempt): string {
  return announced === undefined ? verb : `${verb} ${place(announced)}`;
}

function addresses(attempt: Attempt, facts: Facts): readonly string[] {
  const view = attempt.server;
  const { announced } = attempt;
  if (announced === undefined) return [];
  if (view !== undefined && view.peer.address !== announced.address) {
    return [
      `${nameOf(attempt)}: this machine said ${place(announced)}; the server sees the control connection come from ${view.peer.address}`,
    ];
  }
  return [
    `${nameOf(attempt)}: this machine said ${place(announced)}, and dialled the server at ${facts.peer}`,
  ];
}

function outcome(attempt: Attempt): readonly string[] {
  const { agreed, final, server } = attempt;
  const replies = [agreed, final].filter((reply) => reply !== undefined && reply.code >= 400);
  const dial =
    server?.dial === undefined || server.dial === 'none'
      ? []
      : [`The server says of its dial: ${server.dial}`];
  return [...replies.flatMap((reply) => (reply === undefined ? [] : [replyLine(attempt, reply)])), ...dial];
}
