import type { Reply } from '@duoport/protocol';

/*
 * A gateway whose server is, by one step or several, the gateway itself would open connection after connection until there are none.
 * So each says in its greeting which one it is, and names those behind it in a CSID to the next gateway that it meets: one that is
 * met again is not called.
 */

const inGreeting = /\[gateway ([0-9a-f]{8})\]/;

/** More gateways in a row are a loop, whatever they say. */
const longest = 8;

export function newMark(): string {
  return Math.floor(Math.random() * 0x1_0000_0000)
    .toString(16)
    .padStart(8, '0');
}

export function markedGreeting(greeting: string, mark: string): string {
  return `${greeting} [gateway ${mark}]`;
}

/** Which gateway greets; undefined: none that says so. */
export function markOf(greeting: Reply): string | undefined {
  return inGreeting.exec(greeting.lines.join(' '))?.[1];
}

/** Argument of CSID: the gateways that a session has come through, the first one first. */
export function encodeTrail(trail: readonly string[]): string {
  return `Name=duoport gateway; Via=${trail.join(',')};`;
}

/** Undefined: it is no gateway that speaks. */
export function decodeTrail(argument = ''): readonly string[] | undefined {
  return /; Via=([0-9a-f,]+);/.exec(argument)?.[1]?.split(',');
}

export function isLoop(trail: readonly string[], next: string): boolean {
  return trail.includes(next) || trail.length >= longest;
}
