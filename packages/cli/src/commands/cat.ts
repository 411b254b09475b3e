import { type Context, each, matchesOf } from '../context.ts';
import { parseRemote } from '../remote/remote.ts';
import { passingTo } from '../transfer/passing.ts';
import { typeOf } from '../transfer/type-of.ts';

/** `duoport cat URL...`: files to standard output, one after the other. */
export async function cat(
  context: Context,
  urls: readonly string[],
  flags: { readonly type?: 'a' | 'i' },
): Promise<void> {
  await each(context, urls.map(parseRemote), async (remote) => {
    const client = await context.connections.open(remote.target);
    for (const { path } of await matchesOf(context, client, remote)) {
      await client.get(path, passingTo(context.terminal.io.stdout), {
        ...typeOf(flags.type, remote),
        signal: context.signal,
      });
    }
  });
}
