import { type Command, decodeCommand } from './command.ts';
import { foreignProtocol } from './foreign-protocol.ts';
import type { LineEvent } from './line-reader.ts';
import { type Reply, reply } from './reply.ts';
import { row } from './verb-row.ts';
import { findVerb, type VerbRow, verbs } from './verbs.ts';

/** A line from the client, made sense of. */
export type Incoming =
  | { readonly kind: 'command'; readonly row: VerbRow; readonly command: Command; readonly urgent: boolean }
  /** To be answered with this and nothing else. */
  | { readonly kind: 'fault'; readonly reply: Reply }
  /** Certainly not FTP. */
  | { readonly kind: 'foreign'; readonly protocol: string };

/** `unknown`: a verb without a row is `refuse`d with 500, or handed on with a row that knows nothing (gateways). */
export function understand(event: LineEvent, unknown: 'refuse' | 'pass' = 'refuse'): Incoming {
  if (event.kind === 'too-long') {
    return fault(`Command line longer than ${event.limit} bytes thrown away.`);
  }
  const command = decodeCommand(event.text);
  const found = 'fault' in command ? undefined : withSubcommand(command);
  if (found !== undefined) return { kind: 'command', ...found, urgent: event.urgent };
  const protocol = foreignProtocol(event.text);
  if (protocol !== undefined) return { kind: 'foreign', protocol };
  if (unknown === 'pass' && !('fault' in command)) {
    return { kind: 'command', row: unknownVerb(command.verb), command, urgent: event.urgent };
  }
  return fault(
    'fault' in command ? command.fault : `${command.verb} is not a command this server knows. Try HELP.`,
  );
}

function unknownVerb(verb: string): VerbRow {
  const facts = { verb, syntax: verb, summary: 'Not known here', rfc: [] };
  return row({ ...facts, argument: 'optional', needs: 'nothing' });
}

function fault(text: string): Incoming {
  return { kind: 'fault', reply: reply(500, text) };
}

/** SITE CHMOD, OPTS UTF8 and OPTS MODE Z have rows of their own; a word that has none keeps the row of the verb. */
function withSubcommand(command: Command): { row: VerbRow; command: Command } | undefined {
  const plain = findVerb(command.verb);
  if (plain === undefined || command.argument === undefined || !takesWords.has(command.verb)) {
    return plain && { row: plain, command };
  }
  const words = command.argument.split(' ');
  for (const count of [2, 1]) {
    const sub = findVerb([command.verb, ...words.slice(0, count)].join(' ').toUpperCase());
    if (sub === undefined) continue;
    const argument = words.slice(count).join(' ');
    return {
      row: sub,
      command: { ...command, verb: sub.verb, argument: argument === '' ? undefined : argument },
    };
  }
  return { row: plain, command };
}

const takesWords: ReadonlySet<string> = new Set(
  verbs.flatMap((row) => (row.verb.includes(' ') ? row.verb.split(' ', 1) : [])),
);

/** What is wrong with whether an argument is there. */
export function wrongArgument(row: VerbRow, command: Command): Reply | undefined {
  if (row.argument === 'required' && command.argument === undefined) {
    return reply(501, `${row.verb} needs an argument: ${row.syntax}`);
  }
  if (row.argument === 'none' && command.argument !== undefined) {
    return reply(501, `${row.verb} takes no argument.`);
  }
  return undefined;
}
