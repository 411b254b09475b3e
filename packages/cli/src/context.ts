import type { FtpClient } from '@duoport/client';
import { describeError, errorObject } from './describe-error.ts';
import { type ConnectionFlags, connectOptionsOf } from './flags/connection-flags.ts';
import { printable } from './printable.ts';
import { Connections } from './remote/connections.ts';
import { expand, type Match } from './remote/glob.ts';
import { hasPattern, type Remote } from './remote/remote.ts';
import { createTerminal, type ProcessIo, type Terminal } from './terminal.ts';
import { CommandError } from './usage-error.ts';

/** What a command with URLs works with. */
export interface Context {
  readonly terminal: Terminal;
  readonly connections: Connections;
  readonly signal: AbortSignal;
}

/** Runs a command with its connections, which are closed whatever happens. */
export async function withContext(
  io: ProcessIo,
  flags: ConnectionFlags,
  action: (context: Context) => Promise<void>,
): Promise<void> {
  const terminal = createTerminal(io, flags);
  const { passwordFile, netrc } = flags;
  const connect = { ...(await connectOptionsOf(flags)), signal: io.interrupt };
  await using connections = new Connections({
    terminal,
    connect,
    passwordFile,
    netrc,
    trace: flags.trace === true,
  });
  await action({ terminal, connections, signal: io.interrupt });
}

/** What the URL stands for on the server; an error when it is a pattern that matches nothing. */
export async function matchesOf(
  context: Context,
  client: FtpClient,
  remote: Remote,
): Promise<readonly Match[]> {
  const found = await expand(remote.segments, {
    list: (path) => client.list(path === '' ? undefined : path),
    refuse: (name) =>
      context.terminal.warn(`duoport: "${printable(name)}" is left out: it is not a plain name.`),
  });
  if (found.length === 0 && hasPattern(remote)) {
    const pattern = remote.segments.map((segment) => segment.text).join('/');
    throw new CommandError(
      `Nothing on the server matches ${printable(pattern)}. A literal * ? [ is written %2A %3F %5B.`,
    );
  }
  return found;
}

/**
 * Does one piece of work after the other. One that fails is told at once and the others still have their turn; the command then
 * fails at the end. A connection that is lost is made again by the next piece.
 */
export async function each<T>(
  context: Context,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  let failed = 0;
  let last: unknown;
  for (const item of items) {
    context.signal.throwIfAborted();
    try {
      await work(item);
    } catch (error) {
      context.terminal.clearStatus();
      if (items.length === 1 || context.signal.aborted) throw error;
      failed += 1;
      last = error;
      if (context.terminal.json) context.terminal.object(errorObject(error));
      context.terminal.warn(`duoport: ${describeError(error)}`);
    }
  }
  if (failed > 0) throw new CommandError(`${failed} of ${items.length} failed.`, { cause: last });
}
