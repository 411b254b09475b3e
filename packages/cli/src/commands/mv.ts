import type { Target } from '@duoport/client';
import { type Context, each, matchesOf } from '../context.ts';
import { hasPattern, joinPath, literalPath, parseRemote, type Remote } from '../remote/remote.ts';
import { lastName } from '../transfer/local-path.ts';
import { UsageError } from '../usage-error.ts';

/** `duoport mv URL... URL`: renames on one server. */
export async function mv(context: Context, urls: readonly string[]): Promise<void> {
  const { sources, goal } = sourcesAndGoal('mv', urls);
  for (const source of sources) {
    if (!sameServer(source.target, goal.target)) {
      throw new UsageError('mv renames on one server, and these URLs name two: use cp, and then rm.');
    }
  }
  await each(context, sources, async (source) => {
    const client = await context.connections.open(source.target);
    const matches = await matchesOf(context, client, source);
    await each(context, matches, async ({ path }) => {
      const to = goalPath(goal, path);
      await client.rename(path, to, { signal: context.signal });
      if (context.terminal.json) context.terminal.object({ event: 'mv', from: path, to });
    });
  });
}

/** Splits `SOURCE... GOAL`; several sources need a goal that is a directory. */
export function sourcesAndGoal(
  command: string,
  urls: readonly string[],
): { readonly sources: readonly Remote[]; readonly goal: Remote } {
  const remotes = urls.map(parseRemote);
  const goal = remotes.at(-1);
  const sources = remotes.slice(0, -1);
  if (goal === undefined || sources.length === 0)
    throw new UsageError(`${command} needs two URLs: from and to.`);
  if (!goal.directory && (sources.length > 1 || sources.some(hasPattern))) {
    throw new UsageError('Several files need a directory to go to: end the last URL with a slash.');
  }
  return { sources, goal };
}

/** A goal that ends in a slash keeps the name. */
export function goalPath(goal: Remote, source: string): string {
  const path = literalPath(goal);
  if (!goal.directory && path !== '') return path;
  return joinPath(path === '' ? undefined : path, lastName(source));
}

export function sameServer(a: Target, b: Target): boolean {
  const key = ({ secure, host, port, user }: Target): string =>
    JSON.stringify([secure, host.toLowerCase(), port, user]);
  return key(a) === key(b);
}
