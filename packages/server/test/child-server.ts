import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { duoportCommand } from '@duoport/testkit';
import { type Owner, RawClient } from './raw-client.ts';
import { within } from './sockets.ts';

/** `duoport serve` in a process of its own, which can be killed. */
export interface ChildServer {
  readonly port: number;
  /** Connected and logged in. */
  login(): Promise<RawClient>;
  /** The end by SIGKILL. */
  kill(): Promise<void>;
}

export async function serveInChild(
  t: Owner,
  folder: string,
  options: { readonly port?: number; readonly uid?: number } = {},
): Promise<ChildServer> {
  const { port: wanted = 0, uid } = options;
  const listen = ['--listen', `127.0.0.1:${wanted}`, '--user', 'u:p', '--json'];
  const [node, ...command] = duoportCommand;
  const child = spawn(node, [...command, 'serve', folder, ...listen], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', TSX_DISABLE_CACHE: '1' },
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  t.after(() => child.kill('SIGKILL'));
  const port = await within('the server to be ready', ready(child));
  return {
    port,
    login: async () => (await RawClient.connect(t, { port })).login(),
    kill: async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function ready(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`serve ended with ${code}`)));
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = JSON.parse(line) as { event: string; doors?: readonly { port: number }[] };
      if (event.event === 'ready') resolve(event.doors?.[0]?.port ?? 0);
    });
  });
}
