import { classifyAddress } from '@duoport/net';
import { type Facts, isInside } from '../facts.ts';
import { harmless } from '../harmless.ts';
import type { Attempt } from '../observations.ts';
import type { AttemptRule } from '../verdict.ts';
import { dialLine, place, replyLine, verdict } from './attempt.ts';
import { blockedDial } from './passive.ts';

/** The 227 sends us to ourselves, or where no FTP server has any business. */
export const lies: AttemptRule = (attempt, facts) => {
  const { announced } = attempt;
  if (attempt.verb !== 'PASV' || announced === undefined || facts.peer === undefined) return undefined;
  if (announced.address === facts.peer || !isLie(announced.address, facts)) return undefined;
  return verdict('server-lies', [announcement(attempt, facts), ...dialled(attempt)], 'server');
};

/** The 227 names another machine than the one that the control connection goes to, and that one cannot be reached. */
export const wrongAddress: AttemptRule = (attempt, facts) => {
  const { announced, verb } = attempt;
  const { peer } = facts;
  if (verb !== 'PASV' || announced === undefined || peer === undefined || announced.address === peer)
    return undefined;
  const evidence = [announcement(attempt, facts), ...dialled(attempt)];
  // The drawing shows where the dial ended that had the right address.
  const right = attempt.dials.find((dial) => dial.to.address === peer);
  const at = right === undefined ? undefined : blockedDial(attempt, right, facts)?.at;
  const inside = isInside(announced.address) || classifyAddress(announced.address) === 'unspecified';
  // Public or not does not matter when it is not ours that is inside: a client in the same network gets the outside address.
  if (!inside && isInside(peer)) return { ...verdict('passive-hairpin', evidence, 'server'), at };
  return {
    ...verdict(inside ? 'passive-address-private' : 'passive-address-foreign', evidence, 'server'),
    at,
  };
};

/** `127.0.0.1` and the like, this machine itself, and where a reply could do harm: link-local has metadata services. */
function isLie(address: string, facts: Facts): boolean {
  const kind = classifyAddress(address);
  if (kind === 'loopback') return facts.local === undefined || classifyAddress(facts.local) !== 'loopback';
  if (kind === 'multicast' || kind === 'link-local') return true;
  return address === facts.local || facts.seen.machine.includes(address);
}

function announcement(attempt: Attempt, facts: Facts): string {
  const { agreed, announced } = attempt;
  if (agreed === undefined || announced === undefined) return 'PASV';
  return `${replyLine(attempt, agreed)}: that is ${place(announced)}, and the control connection goes to ${facts.peer}`;
}

function dialled(attempt: Attempt): readonly string[] {
  const why =
    attempt.notDialled === undefined ? [] : [`It was not dialled: ${harmless(attempt.notDialled, 100)}`];
  return [...why, ...attempt.dials.map((dial) => dialLine(attempt, dial))];
}
