import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { duoport, type Serving, serve, temporary } from './command.ts';
import { type Dialogue, dialogue } from './dialogue.ts';

interface Watched extends Serving {
  readonly file: string;
  readonly path: string;
  ask(words: readonly string[]): ReturnType<typeof duoport>;
  page(path: string, port?: number): Promise<{ readonly status: number; readonly text: string }>;
  login(): Promise<Dialogue>;
  readonly exited: Promise<unknown>;
}

/** A server with these settings, and what asks it. */
export async function watched(
  t: TestContext,
  settings: string,
  {
    flags = [],
    env = {},
  }: { readonly flags?: readonly string[]; readonly env?: Record<string, string> } = {},
): Promise<Watched> {
  const here = await temporary();
  t.after(() => here[Symbol.asyncDispose]());
  const file = join(here.path, 'duoport.yaml');
  await writeFile(file, settings);
  const own = { XDG_STATE_HOME: join(here.path, 'state'), ...env };
  const serving = await serve(['--config', file, ...flags], undefined, own);
  t.after(() => serving[Symbol.asyncDispose]());
  await writeFile(join(serving.folder, 'f'), 'hello');
  return {
    ...serving,
    file,
    path: here.path,
    exited: once(serving.child, 'exit'),
    ask: (words) => duoport(words, { env: own }),
    page: async (path, port) => {
      const { metrics } = serving.ready as { readonly metrics?: { readonly port: number } };
      const got = await fetch(`http://127.0.0.1:${port ?? metrics?.port}${path}`);
      return { status: got.status, text: await got.text() };
    },
    login: async () => {
      const client = await dialogue(serving.port);
      t.after(() => client[Symbol.asyncDispose]());
      await client.login();
      return client;
    },
  };
}
