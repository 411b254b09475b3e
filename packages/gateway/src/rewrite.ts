import { encodeCommand, findVerb, type Reply, type Run, reply, type VerbRow } from '@duoport/protocol';

/** What a gateway does with a command. */
export type Handling =
  /** To the server as it came, and its reply back as it comes. */
  | { readonly kind: 'pass' }
  /** It concerns the client's own control connection, and is answered here. */
  | { readonly kind: 'local' }
  /** It says who the user is or which host is meant: it chooses the server. */
  | { readonly kind: 'identify' }
  /** It agrees on a data connection: one is made on each side, each in its own way. */
  | { readonly kind: 'arrange' }
  /** It uses the data connection: the two are joined. */
  | { readonly kind: 'bridge'; readonly direction: 'to-client' | 'to-server' }
  /** It breaks off what runs. */
  | { readonly kind: 'abort' }
  /** It is said beside a transfer: answered here, for many servers do not listen until its end. */
  | { readonly kind: 'beside' }
  /** It begins a new session on the same connection: with the server, that takes a new connection. */
  | { readonly kind: 'renew' }
  /** It says goodbye. */
  | { readonly kind: 'quit' }
  | { readonly kind: 'refuse'; readonly reply: Reply };

/** What may pass, in facts of the verbs' rows. */
export interface CommandPolicy {
  /** Nothing that changes the server's files. */
  readonly readOnly?: boolean | undefined;
  /** TLS that the client must use: for its control connection before it says who it is, for its data connections. */
  readonly requireTls?: 'none' | 'control' | 'data' | 'both' | undefined;
  /** The last word; a reply refuses. `row` knows nothing of a verb that has none in the table. */
  readonly judge?: ((row: VerbRow, argument: string | undefined) => Reply | undefined) | undefined;
}

/** How the client's side stands. */
export interface ClientFacts {
  readonly secure: boolean;
  readonly protection: 'clear' | 'private';
  readonly transferring?: boolean | undefined;
}

/** Decides by the facts of the verb's row; verbs without a row pass as they came. */
export function rewrite({ row, command }: Run, policy: CommandPolicy, client: ClientFacts): Handling {
  const refused = refusedBy({ row, command }, policy, client) ?? policy.judge?.(row, command.argument);
  if (refused !== undefined) return { kind: 'refuse', reply: refused };
  if (row.opensData !== 'no') return { kind: 'arrange' };
  if (row.transfer !== 'no') return { kind: 'bridge', direction: row.transfer };
  if (row.power === 'tls' || row.power === 'clear-control') return { kind: 'local' };
  if (row.power === 'host' || (row.identifies && !row.secret)) return { kind: 'identify' };
  if (row.verb === 'ABOR') return { kind: 'abort' };
  if (client.transferring === true && row.duringTransfer) return { kind: 'beside' };
  if (row.verb === 'REIN') return { kind: 'renew' };
  if (row.verb === 'QUIT') return { kind: 'quit' };
  return { kind: 'pass' };
}

/** Powers that speak of the server's own data connection, which is not the client's. */
const impossible: ReadonlySet<VerbRow['power']> = new Set(['probe', 'passive', 'active', 'fxp-tls']);

/**
 * A line that every server reads as one, on the wire: to one of 4,096 bytes vsftpd hangs up, and ProFTPD and Pure-FTPd say nothing at all,
 * so that every reply behind it would be taken for the one before.
 */
const longestLine = 4000;

function isTooLong({ verb, argument = '' }: Run['command']): boolean {
  return (
    3 * argument.length > longestLine - 20 && encodeCommand('X', argument).length + verb.length > longestLine
  );
}

/** RFC 2228: commands inside them would reach the server unread. */
const sealed: VerbRow['power'] = 'protected-commands';

const changes: ReadonlySet<VerbRow['permission']> = new Set([
  'write',
  'append',
  'remove',
  'rename',
  'make-directory',
  'remove-directory',
  'change',
]);

function refusedBy(
  { row, command }: Pick<Run, 'row' | 'command'>,
  policy: CommandPolicy,
  client: ClientFacts,
): Reply | undefined {
  if (row.opensData === 'no' && impossible.has(row.power)) {
    return reply(
      502,
      `${row.verb} has no meaning through a gateway: each side has a data connection of its own`,
    );
  }
  if (isTooLong(command)) return reply(500, `A command line of more than ${longestLine} bytes does not pass`);
  if (row.power === sealed) return reply(502, `${row.verb} does not pass a gateway: use AUTH TLS`);
  const { requireTls = 'none', readOnly } = policy;
  const reveals = row.identifies || row.secret || row.needs === 'login';
  if ((requireTls === 'control' || requireTls === 'both') && !client.secure && reveals) {
    return reply(534, 'Secure the control connection with AUTH TLS first');
  }
  const mustProtect = requireTls === 'data' || requireTls === 'both';
  if (mustProtect && row.transfer !== 'no' && client.protection === 'clear') {
    return reply(521, 'Data connections must be protected here: send PBSZ 0 and PROT P');
  }
  if (readOnly === true && mayChange(row, command.argument)) {
    return reply(550, 'This gateway lets nothing change the files');
  }
  return undefined;
}

/** What is not known to be harmless is none: a verb or a word of SITE without a row may do anything. */
function mayChange(row: VerbRow, argument = ''): boolean {
  if (row.transfer === 'to-server' || changes.has(row.permission)) return true;
  // vsftpd and others set the time with it.
  if (row.verb === 'MDTM') return /^\s*\d{14}(\.\d+)?\s/.test(argument);
  if (row.verb === 'SITE') return !/^HELP\b/i.test(argument);
  return findVerb(row.verb) === undefined;
}
